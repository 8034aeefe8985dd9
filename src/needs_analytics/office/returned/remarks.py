"""The remarks (comments) of a sheet and the boxes they are drawn in: ours are added, the office's own stay."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from needs_analytics.office.gate.found import letters, number
from needs_analytics.office.returned.nodes import appended, edited, text_of, tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from needs_analytics.office.gate.zips import Archive
    from needs_analytics.office.returned.nodes import Edit, Node

    Place = tuple[int, int]

_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OURS = re.compile(r"\[[EWI]\d{3} [^\]\n]*\] ")
_PLACE = re.compile(r"([A-Za-z]{1,3})(\d+)")
_SHAPE = re.compile(rb"<(?:\w+:)?shape\s")
_SHAPE_END = re.compile(rb"</(?:\w+:)?shape\s*>")
_SHAPE_ROW = re.compile(rb"<(?:\w+:)?Row>\s*(\d+)\s*<")
_SHAPE_COLUMN = re.compile(rb"<(?:\w+:)?Column>\s*(\d+)\s*<")
_NUMBER = re.compile(rb"_x0000_s(\d+)")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACES = (
    b'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_VML = b"<xml " + _SPACES + b'><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
_BOX = (
    b"<v:shapetype " + _SPACES + b' id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    b'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


def plain_text(text: str) -> str:
    """Return a text as XML may hold it, escaped."""
    return escape(_NOT_XML.sub("", text))


class Remarks:
    """A sheet's remarks with our own put in and older ones of ours taken out.

    Parameters
    ----------
    archive
        The workbook.
    part
        The part of its remarks, ``""`` where the sheet has none.
    author
        Who says ours.
    known
        Remarks of ours that may stand there from before.
    """

    def __init__(self, archive: Archive, part: str, author: str, known: frozenset[str]) -> None:
        self._data = text_of(archive, part) if part else b""
        self._author = plain_text(author).encode()
        self._known = sorted(known, key=len, reverse=True)
        if not self._data:
            main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
            self._data = _HEAD + b"<comments " + main + b"><authors></authors><commentList></commentList></comments>"
        self._root = tree(self._data, "comments")
        self._prefix = self._root.prefix
        self.new: list[Place] = []
        self.gone: list[Place] = []

    def written(self, wanted: Mapping[Place, str]) -> bytes:
        """Return the part; afterwards ``new`` and ``gone`` are the places whose boxes are to be drawn or removed."""
        authors, listed = self._root.find("authors"), self._root.find("commentList")
        if authors is None or listed is None:
            raise ValueError("comments")
        edits: list[Edit] = []
        left = dict(wanted)
        for comment in listed.children:
            place = _place(comment.attribute("ref"))
            if comment.name != "comment" or place is None:
                continue
            if self._is_thread(comment, authors):
                left.pop(place, None)
            else:
                edits += self._one(comment, place, left)
        self.new = list(left)
        names = [self._data[node.inside : node.until] for node in authors.children]
        number = names.index(self._author) if self._author in names else len(names)
        if left and number == len(names):
            edits += appended(self._data, authors, self._qualified(b"<author>" + self._author + b"</author>"))
        ours = b"".join(self._comment(place, text, number) for place, text in left.items())
        return edited(self._data, [*edits, *(appended(self._data, listed, ours) if ours else [])])

    def _one(self, comment: Node, place: Place, left: dict[Place, str]) -> list[Edit]:
        """Change one remark that is there: without our older words, with our new ones behind those of the office."""
        said = "".join(map(self._said, comment.all("t")))
        kept = self._without_ours(said)
        if not kept.strip() and said.strip():
            self.gone.append(place)
            return [(comment.start, comment.end, b"")]
        mine = left.pop(place, "")
        body = comment.find("text")
        if body is None or (not mine and kept == said):
            return []
        if kept != said:
            new = self._run(kept.strip("\n") + (f"\n{mine}" if mine else ""))
            return [(body.start, body.end, self._qualified(b"<text>") + new + self._qualified(b"</text>"))]
        plain = [child for child in body.children if child.name == "t"]
        edits = [(child.start, child.end, self._run(self._said(child))) for child in plain]
        runs = [child.end for child in body.children if child.name in {"t", "r"}]
        at = max(runs, default=0)
        new = self._run(f"\n{mine}")
        return [*edits, (at, at, new)] if at else [(body.start, body.end, self._text(mine))]

    def _is_thread(self, comment: Node, authors: Node) -> bool:
        """Whether the remark only stands for a conversation, which Excel shows instead of it."""
        told = comment.attribute("authorId")
        names = authors.children
        author = names[int(told)] if told.isdigit() and int(told) < len(names) else None
        return author is not None and self._data[author.inside : author.until].startswith(b"tc=")

    def _said(self, node: Node) -> str:
        part = b"<t>" + self._data[node.inside : node.until] + b"</t>"
        return _unescaped(part)

    def _without_ours(self, said: str) -> str:
        if not _OURS.search(said):
            return said
        told = said.replace("\r\n", "\n").replace("_x000D_", "")
        for known in self._known:
            told = told.replace(f"\n{known}", "").replace(known, "")
        if self._known:
            return told
        return "\n".join(line for line in told.split("\n") if not _OURS.match(line))

    def _comment(self, place: Place, text: str, author: int) -> bytes:
        cell = f"{letters(place[1])}{place[0] + 1}"
        head = self._qualified(f'<comment ref="{cell}" authorId="{author}">'.encode())
        return head + self._text(text) + self._qualified(b"</comment>")

    def _text(self, text: str) -> bytes:
        return self._qualified(b"<text>") + self._run(text) + self._qualified(b"</text>")

    def _run(self, text: str) -> bytes:
        run = f'<r><t xml:space="preserve">{plain_text(text)}</t></r>'.encode()
        return self._qualified(run)

    def _qualified(self, xml: bytes) -> bytes:
        if not self._prefix:
            return xml
        return re.sub(rb"<(/?)(?=[a-z])", rb"<\1" + self._prefix.encode(), xml)


def boxes(vml: bytes, new: Iterable[Place], gone: Iterable[Place]) -> bytes:
    """Return the drawing of a sheet's remarks with boxes added and removed; ``b""`` begins a new one."""
    away = set(gone)
    vml = _without_shapes(vml, away) if away else vml
    vml = vml or _VML
    end = vml.rfind(b"</xml>")
    if end < 0:
        raise ValueError("vml")
    first = max(map(int, _NUMBER.findall(vml)), default=1024) + 1
    shapes = b"".join(_shape(place, first + at) for at, place in enumerate(new))
    box = _BOX if shapes and b'id="_x0000_t202"' not in vml else b""
    return vml[:end] + box + shapes + vml[end:]


def _shape_place(shape: bytes) -> Place | None:
    row, column = _SHAPE_ROW.search(shape), _SHAPE_COLUMN.search(shape)
    return (int(row[1]), int(column[1])) if row and column and b'ObjectType="Note"' in shape else None


def _without_shapes(vml: bytes, away: set[Place]) -> bytes:
    """Return a drawing without the boxes of some cells; one pass, however it is written."""
    kept, done, close = [], 0, 0
    for opened in _SHAPE.finditer(vml):
        if opened.start() < close:
            continue
        end = _SHAPE_END.search(vml, opened.end())
        if end is None:
            break
        close = end.end()
        if _shape_place(vml[opened.start() : close]) in away:
            kept.append(vml[done : opened.start()])
            done = close
    return b"".join([*kept, vml[done:]])


def _shape(place: Place, number: int) -> bytes:
    row, column = place
    top = max(row - 1, 0)
    return (
        f'<v:shape {_SPACES.decode()} id="_x0000_s{number}" type="#_x0000_t202" '
        'style="position:absolute;margin-left:80pt;margin-top:5pt;'
        f'width:220pt;height:75pt;z-index:{number};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        f'<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        f'<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{column + 1}, 15, {top}, 10, {column + 5}, 15, {top + 5}, 4</x:Anchor>"
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    ).encode()


def _place(ref: str) -> Place | None:
    found = _PLACE.fullmatch(ref)
    return (int(found[2]) - 1, number(found[1])) if found else None


def _unescaped(element: bytes) -> str:
    from xml.parsers import expat  # noqa: PLC0415

    texts: list[str] = []
    made = expat.ParserCreate("utf-8")
    made.CharacterDataHandler = texts.append
    made.Parse(element, True)
    return "".join(texts)
