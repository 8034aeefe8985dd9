"""The measures of an official document (after GB/T 9704) in one place: page, fonts, sizes, line grid.

Fonts are named, not shipped; where an office lacks one, Word takes the alternative listed in the font table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.section import Section as WordSection
    from docx.styles.style import ParagraphStyle

PAGE_WIDTH, PAGE_HEIGHT = Mm(210), Mm(297)
MARGINS = {"top_margin": Mm(37), "bottom_margin": Mm(35), "left_margin": Mm(28), "right_margin": Mm(26)}
TEXT_WIDTH = Mm(210 - 28 - 26)
TEXT_HEIGHT = Mm(297 - 37 - 35)
LINE_PITCH = Pt(28.95)  # 22 lines on the text height

BODY_FONT, KAI_FONT, HEAD_FONT, TITLE_FONT, SONG_FONT = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"
LATIN_FONT = "Times New Roman"
ALTERNATIVES = {
    BODY_FONT: "仿宋",
    KAI_FONT: "楷体",
    HEAD_FONT: "SimHei",
    TITLE_FONT: "方正小标宋_GBK",
    SONG_FONT: "SimSun",
}

SIZE_2, SIZE_3, SIZE_4, SIZE_SMALL_4, SIZE_5, SIZE_SMALL_5 = Pt(22), Pt(16), Pt(14), Pt(12), Pt(10.5), Pt(9)
LINK_COLOUR = RGBColor(0x1F, 0x4E, 0x79)

_LEFT, _CENTRE, _BOTH = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


NONE, THIN, WIDE = Pt(0), Pt(4), Pt(10)


@dataclass(frozen=True, slots=True)
class Look:
    """A paragraph style.

    Attributes
    ----------
    indent
        Indent of the first line in characters.
    pitch
        Distance of the lines; ``None`` for as much as they need. Only the page's own pitch keeps to its grid.
    keep
        Stay on the page of the next paragraph.
    """

    font: str
    size: Pt
    align: WD_ALIGN_PARAGRAPH = _BOTH
    indent: int = 0
    pitch: Pt | None = LINE_PITCH
    before: Pt = NONE
    after: Pt = NONE
    keep: bool = False


LOOKS = {
    "Normal": Look(BODY_FONT, SIZE_3),
    "Title": Look(TITLE_FONT, SIZE_2, _CENTRE, pitch=Pt(34), before=WIDE, after=THIN, keep=True),
    "Subtitle": Look(KAI_FONT, SIZE_4, _CENTRE, pitch=Pt(24), after=WIDE),
    "Heading 1": Look(HEAD_FONT, SIZE_3, indent=2, keep=True),
    "Heading 2": Look(KAI_FONT, SIZE_3, indent=2, keep=True),
    "Report Mark": Look(HEAD_FONT, SIZE_3, _LEFT),
    "Report Body": Look(BODY_FONT, SIZE_3, indent=2),
    "Report Fact": Look(BODY_FONT, SIZE_SMALL_4, _LEFT, pitch=Pt(18)),
    "Report Highlights": Look(HEAD_FONT, SIZE_3, _CENTRE, before=Pt(14), after=THIN, keep=True),
    "Report Highlight": Look(BODY_FONT, SIZE_4, pitch=Pt(23)),
    "Report Remark": Look(KAI_FONT, SIZE_4, indent=2, pitch=Pt(24), before=THIN, after=THIN),
    "Report Caption": Look(HEAD_FONT, SIZE_SMALL_4, _CENTRE, pitch=Pt(20), before=WIDE, after=THIN, keep=True),
    "Report Figure": Look(BODY_FONT, SIZE_5, _CENTRE, pitch=None, before=WIDE, keep=True),
    "Report Figure Caption": Look(HEAD_FONT, SIZE_SMALL_4, _CENTRE, pitch=Pt(20), after=WIDE),
    "Report Cell": Look(BODY_FONT, SIZE_5, _LEFT, pitch=None),
    "Report Small Cell": Look(BODY_FONT, SIZE_SMALL_5, _LEFT, pitch=None),
    "Report Note": Look(BODY_FONT, SIZE_5, pitch=Pt(15), before=Pt(2), after=THIN),
    "Report Page": Look(SONG_FONT, SIZE_4, pitch=None),
}


def apply_styles(word: WordDocument) -> None:
    """Give a new Word file our page and paragraph styles."""
    for name, look in LOOKS.items():
        known = name in word.styles
        style = word.styles[name] if known else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if not known:
            style.base_style = word.styles["Normal"]
        _shape(style, look)
    _set_page(word.sections[0])
    _set_line_grid(word)
    _set_languages(word)


def _shape(style: ParagraphStyle, look: Look) -> None:
    """Set font, size and paragraph measures; what a built-in style brings along is dropped."""
    element = style.element
    for found in (*element.findall(qn("w:rPr")), *element.findall(qn("w:pPr"))):
        keep = [child for child in found if child.tag == qn("w:outlineLvl")]
        for child in [child for child in found if child not in keep]:
            found.remove(child)
    set_fonts(style, look.font)
    style.font.size = look.size
    style.font.color.rgb = RGBColor(0, 0, 0)
    shape = style.paragraph_format
    shape.alignment = look.align
    shape.space_before, shape.space_after = look.before, look.after
    shape.keep_with_next = look.keep or None
    shape.widow_control = True
    if look.pitch is not None:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, look.pitch
    else:
        shape.line_spacing = 1.0
    if look.pitch != LINE_PITCH:
        off_grid = make_element("w:snapToGrid", val="0")
        element.get_or_add_pPr().insert_element_before(off_grid, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
    if look.indent:
        shape.first_line_indent = Pt(look.indent * look.size.pt)
        element.pPr.ind.set(qn("w:firstLineChars"), str(look.indent * 100))


def set_fonts(target: Any, font: str) -> None:
    """Name the Chinese and the Latin font of a style or run; without ``w:eastAsia`` Word ignores the Chinese one."""
    target.font.name = LATIN_FONT
    fonts = target.element.rPr.rFonts
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:cs"), LATIN_FONT)


def _set_page(section: WordSection) -> None:
    """Set A4 and the margins."""
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    for name, margin in MARGINS.items():
        setattr(section, name, margin)
    section.header_distance, section.footer_distance = Mm(20), Mm(23)


def _set_line_grid(word: WordDocument) -> None:
    """Set the grid of 22 lines a page."""
    grid = word.element.body.sectPr.find(qn("w:docGrid"))
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(int(LINE_PITCH.pt * 20)))


def _set_languages(word: WordDocument) -> None:
    """Tell Word that East Asian text is Chinese, so that it breaks lines and picks fonts as for Chinese."""
    for element in (*word.styles.element.iter(qn("w:lang")), *word.settings.element.iter(qn("w:themeFontLang"))):
        element.set(qn("w:eastAsia"), "zh-CN")


def make_element(tag: str, **attributes: str) -> BaseOxmlElement:
    """Make an element of Word's own vocabulary that python-docx has no function for."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def font_table() -> bytes:
    """Return the file's font table, which names an alternative for each font."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in ALTERNATIVES.items()
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()
