from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from needs_analytics.reports import (
    HIDDEN,
    Bar,
    BarChart,
    Bullets,
    ChartBlock,
    Column,
    Document,
    Heading,
    Highlight,
    Link,
    Note,
    Paragraph,
    Section,
    Table,
    TableBlock,
)
from needs_analytics.reports.fonts import missing_characters
from needs_analytics.reports.html import render_html
from needs_analytics.reports.html.shell import css_string

from . import CREATED, words

EVIL = "<script>alert('甲')</script>\"><img src=x onerror=alert(1)>"


class Reader(HTMLParser):
    """Collects tags with their attributes, and the visible text."""

    VOID = frozenset({"meta", "link", "input", "img", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"script", "style"}:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def render(*blocks: object, tables: tuple[Table, ...] = (), **more: object) -> str:
    made = Document("报告", [Section("一、总体情况", blocks)], tables, **more)
    return render_html(made, words.CHINESE, CREATED).decode()


def body_of(page: str) -> str:
    return page[page.index('<h2 id="s1">') : page.index('<p class="back">')]


def test_a_table_is_plain_marked_up_rows():
    columns = [Column("need", "需求"), Column("share", "占比", "bar", help="说明"), Column("flag", "标志", "flag")]
    table = Table("t", "清单", columns, [("助餐", 0.4, "慎用"), ("助医", HIDDEN, "可发布"), ("合计", None, None)],
                  notes=["取整"], emphasis={2: "total"})  # fmt: skip
    linked = (Highlight("助餐最高", Link("t", 0, "share")),)
    assert (
        body_of(render(TableBlock("t"), tables=(table,), highlights=linked))
        == """\
<h2 id="s1">一、总体情况</h2>
<figure class="table" id="t1">
<figcaption id="t1-caption">表1　清单</figcaption>
<div class="scroll" role="region" tabindex="0" aria-labelledby="t1-caption">
<table aria-labelledby="t1-caption">
<thead><tr><th scope="col" class="name">需求</th><th scope="col" class="from-high" title="说明">占比</th>\
<th scope="col">标志</th></tr></thead>
<tbody>
<tr>
<th scope="row">助餐</th>
<td id="t1-r0-c1" class="number bar" style="--share:100.0%" data-value="0.4">40%</td>
<td class="middle"><span class="flag caution">慎用</span></td></tr>
<tr>
<th scope="row">助医</th>
<td class="number blank" data-value="">*</td>
<td class="middle"><span class="flag good">可发布</span></td></tr>
</tbody>
<tfoot>
<tr class="total">
<th scope="row">合计</th>
<td class="number blank" data-value="">/</td>
<td class="middle blank" data-value="">/</td></tr>
</tfoot>
</table>
</div>
<ul class="notes"><li>注：取整</li><li>“*”表示人数过少，不公布；“/”表示不适用。</li></ul>
</figure>
"""
    )


def test_text_blocks_are_marked_up_and_refer_to_tables():
    table = Table("t", "清单", [Column("need", "需求")], [("助餐",)])
    blocks = [
        Heading("（一）小结"),
        Paragraph("见[[t]]。", "先说。"),
        Bullets(["甲", "乙"], numbered=True),
        Note("注意", "bad"),
    ]
    assert (
        body_of(render(*blocks, TableBlock("t"), tables=(table,))).split("<figure")[0]
        == """\
<h2 id="s1">一、总体情况</h2>
<h3 id="h1">（一）小结</h3>
<p><strong>先说。</strong>见<a href="#t1">表1</a>。</p>
<ol><li>甲</li><li>乙</li></ol>
<p class="remark bad">注意</p>
"""
    )


def test_what_looks_like_markup_is_shown_and_never_runs():
    table = Table("t", EVIL, [Column("a", EVIL, help=EVIL), Column("f", "标志", "flag")], [(EVIL, EVIL)], notes=[EVIL])
    chart = BarChart("c", EVIL, [Bar(EVIL, 0.4, flag=EVIL)], axis=EVIL)
    page = render(
        Paragraph(EVIL, EVIL), Bullets([EVIL]), Note(EVIL), Heading(EVIL), TableBlock("t"), ChartBlock(chart),
        tables=(table,), subtitle=EVIL, facts=[(EVIL, EVIL)], highlights=[Highlight(EVIL)], mark=EVIL,
    )  # fmt: skip
    read = Reader(page)
    assert len(read.all("script")) == 1
    assert read.all("img") == []
    assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
    assert read.text.count("alert('甲')") > 15
    assert css_string('"</style>') == r"\22 \3c \2f style\3e "


def test_the_page_asks_for_nothing_and_runs_only_its_own_script(page):
    read = Reader(page)
    addresses = [value for _, found in read.tags for name, value in found.items() if name in {"src", "href"}]
    assert {address[:5] if address.startswith("data:") else address[:1] for address in addresses} == {"#", "data:"}
    assert re.findall(r"url\((?!#|data:font/woff2;base64,)", page) == []
    assert "@import" not in page
    policy = next(one["content"] for one in read.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; script-src 'sha256-{digest}';")


def test_every_link_leads_somewhere_and_every_id_is_its_own(page):
    found = [attributes["id"] for _, attributes in Reader(page).tags if "id" in attributes]
    assert len(found) == len(set(found))
    assert {link["href"][1:] for link in Reader(page).all("a")} <= set(found)
    used = re.findall(r'(?:url\(#|aria-labelledby="|<use [^>]*href="#)([^")]+)', page)
    assert {name for names in used for name in names.split()} <= set(found)


def test_highlights_lead_to_their_cells(page, document):
    jumps = [link["href"] for link in Reader(page).all("a") if link.get("class") == "jump"]
    assert jumps[0] == "#t1-r0-c2"
    assert len(jumps) == sum(highlight.link is not None for highlight in document.highlights)
    assert re.search(r'id="t1-r0-c2"[^>]*>41%<', page)


def test_charts_are_pictures_with_words_for_those_who_do_not_see_them(page):
    read = Reader(page)
    pictures = read.all("svg")
    assert len(pictures) == 7
    assert all(picture["role"] == "img" for picture in pictures)
    assert "条形图：各项需求占比及误差范围。共20项，最高为助餐（41%）" in page
    assert read.all("html")[0]["lang"] == "zh-CN"


def test_the_page_carries_a_small_font_of_all_its_characters(page):
    font = base64.b64decode(re.search(r"base64,([^)]+)\)", page)[1])
    assert len(font) * 4 / 3 < 200_000
    with TTFont(BytesIO(font)) as cut:
        held = set(cut.getBestCmap())
    shown = {ord(character) for character in page.replace("\n", "")}
    assert missing_characters(page) == []
    assert shown <= held
    assert len(page.encode()) < 400_000


def test_the_same_report_gives_the_same_bytes(document, page):
    assert render_html(document, words.CHINESE, CREATED).decode() == page
    assert "2026-11-05" in page


def test_an_english_report_says_so():
    made = Document("Report", [Section("1. Overview", [Paragraph("x")])], language="en")
    page = render_html(made, words.ENGLISH, CREATED).decode()
    assert '<html lang="en">' in page
    assert "Back to contents" in page


DRIVE = """
<script>
const heads = document.querySelectorAll("#t2 thead button"), input = document.querySelector("#t2 input");
heads[6].click();
heads[6].click();
input.value = "村";
input.dispatchEvent(new Event("input"));
</script>
"""


@pytest.fixture
def driven(page: str) -> str:
    """The page with its policy taken off, so that a test's script may press its buttons."""
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page).replace("</body>", f"{DRIVE}</body>")


def test_a_browser_opens_the_page_offline_without_a_complaint(page, browse):
    seen = browse(page)
    assert seen.console == []
    assert seen.requests == []
    assert seen.dom.count('<button type="button"') > 30


def test_the_browser_test_would_notice_a_request_and_an_error(browse):
    seen = browse('<img src="http://198.51.100.1/x.png"><script>console.error("甲")</script>')
    assert len(seen.requests) == 1
    assert len(seen.console) == 1


def test_tables_sort_and_filter_by_keyboard_and_mouse(driven, browse):
    seen = browse(driven)
    table = seen.dom[seen.dom.index('id="t2"') :].split("</table>")[0]
    rows = re.findall(r"<tr( hidden=\"\")?>\s*<th scope=\"row\">([^<]+)</th>.*?>([\d*]+)</td></tr>", table, re.DOTALL)
    gaps = [gap for _, _, gap in rows]
    assert gaps[-1] == "*"
    assert [int(gap) for gap in gaps[:-1]] == sorted(int(gap) for gap in gaps[:-1])
    assert [name for hidden, name, _ in rows if not hidden] == ["建设新村社区", "凤凰山村"]
    assert 'aria-sort="ascending"' in table
    assert "显示 2 / 12 行" in seen.dom
