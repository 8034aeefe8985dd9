"""An ``.xlsx`` or ``.xlsm`` with its wrong cells marked: changed where it must be, copied byte for byte elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from needs_analytics.core.messages import text
from needs_analytics.office.gate.found import Refused, letters
from needs_analytics.office.gate.workbook import links, main_part
from needs_analytics.office.gate.worksheet import windows
from needs_analytics.office.gate.xml import in_utf_8
from needs_analytics.office.gate.zips import Archive
from needs_analytics.office.returned import seal
from needs_analytics.office.returned import styles as looks
from needs_analytics.office.returned.cells import SheetPatch
from needs_analytics.office.returned.listing import list_xml
from needs_analytics.office.returned.marker import PROPERTY, Marker, marker_text
from needs_analytics.office.returned.marks import Line, position
from needs_analytics.office.returned.nodes import Node, appended, edited, tree, with_attribute
from needs_analytics.office.returned.parts import RELATED, Parts
from needs_analytics.office.returned.remarks import Remarks, boxes
from needs_analytics.office.returned.styles import Styles, Unpatchable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from needs_analytics.core.options import ReadingOptions
    from needs_analytics.office.gate.workbook import Link

    Place = tuple[int, int]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"
_VML_KIND = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_CUSTOM_KIND = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_MACROS = frozenset({"vbaProject", "vbaProjectSignature", "wordVbaData"})
_OF_MACROS = frozenset({"xlMacrosheet", "xlIntlMacrosheet", "dialogsheet"})
_PROTECTED = re.compile(rb"<(?:\w+:)?sheetProtection\s[^>]*\bsheet\s*=\s*[\"'](?:1|true)")
_SELECTED = re.compile(rb"\stabSelected\s*=\s*[\"'](?:1|true)[\"']")
_LEGACY = re.compile(rb"<(?:\w+:)?legacyDrawing\s[^>]*?:id\s*=\s*[\"']([^\"']+)[\"']")
_NONE = b'<fill><patternFill patternType="none"/></fill>'
_OF_FILLS = frozenset({"fill", "patternFill", "gradientFill", "fgColor", "bgColor", "stop", "color"})


@dataclass(frozen=True, slots=True)
class Job:
    """What a workbook comes back with.

    Attributes
    ----------
    names
        Names of the sheets as read, our list from an earlier time among them.
    lines
        What is listed and marked.
    marker
        What the workbook says of itself, where it was returned before.
    ancestors
        The digests of the files it comes from, its own the last.
    """

    names: Sequence[str]
    lines: Sequence[Line]
    marker: Marker | None
    ancestors: Sequence[str]
    language: str

    def to_plain(self) -> dict[str, object]:
        """Return the job as the reading process takes it: plain values."""
        marker = self.marker
        return {
            "names": [*self.names],
            "lines": [asdict(line) for line in self.lines],
            "marker": marker and [marker.ancestors, marker.sheet, [*marker.fills.items()], [*marker.notes]],
            "ancestors": [*self.ancestors],
            "language": self.language,
        }

    @classmethod
    def from_plain(cls, told: dict[str, Any]) -> Job:
        """Return the job of such values."""
        lines = [Line(**{**line, "place": line["place"] and tuple(line["place"])}) for line in told["lines"]]
        marker = None
        if told["marker"]:
            ancestors, sheet, fills, notes = told["marker"]
            marker = Marker(tuple(ancestors), sheet, {tuple(place): fill for place, fill in fills}, frozenset(notes))
        return cls(told["names"], lines, marker, told["ancestors"], told["language"])


def patch_book(content: bytes, job: Job, limits: ReadingOptions) -> bytes:
    """Return a workbook with its wrong cells marked and the list in front.

    Raises
    ------
    Unpatchable, Refused
        When it is written in a way we do not change in place.
    """
    return seal.sealed(_Book(Archive(content, limits), job).patched(), limits)


class _Book:
    def __init__(self, archive: Archive, job: Job) -> None:
        self._archive, self._job = archive, job
        self._parts = Parts(archive)
        self._main = main_part(archive)
        self._links = links(archive, self._main)
        self._data = self._parts.text(self._main)
        self._root = tree(self._data, self._main)
        self._nodes = [node for node in (self._root.find("sheets") or self._root).children if node.name == "sheet"]
        kinds = {link.kind for link in self._links.values()}
        told = self._root.attributes.get(f"xmlns:{self._root.prefix[:-1]}" if self._root.prefix else "xmlns")
        if told != MAIN or kinds & _OF_MACROS:
            raise Unpatchable
        self._worksheets = [link.target for node in self._nodes if (link := self._link(node)).kind == "worksheet"]
        if len(self._worksheets) != len(job.names):
            raise Unpatchable
        self._styles_part = next((link.target for link in self._links.values() if link.kind == "styles"), "")
        there = bool(self._styles_part) and self._styles_part in archive
        self._styles = Styles(self._parts.text(self._styles_part) if there else looks.EMPTY)
        self._painted = self._styles.marked if job.marker else {}
        self._fills: dict[tuple[int, Place], bytes] = {}
        self._lines = list(job.lines)

    def _link(self, node: Node) -> Link:
        link = self._links.get(node.attribute("id"))
        if link is None or link.outside:
            raise Unpatchable
        return link

    def patched(self) -> bytes:
        """Return the workbook."""
        own = self._job.marker.sheet if self._job.marker else ""
        for at, (part, name) in enumerate(zip(self._worksheets, self._job.names, strict=True)):
            if name != own or not own:
                self._sheet(at, part, name)
        self._no_other_selected()
        if any(link.kind in _MACROS for link in self._links.values()):
            self._without_macros()
        self._list(own)
        self._properties()
        self._write_styles()
        self._parts.declare(self._main, _KIND.format("sheet.main"))
        return self._parts.packed()

    def _sheet(self, at: int, part: str, name: str) -> None:
        """Mark one worksheet; one that needs nothing stays as it is packed."""
        wanted: dict[Place, list[Line]] = {}
        for line in self._job.lines:
            if line.sheet == at and line.place:
                wanted.setdefault(line.place, []).append(line)
        remarks = self._remarks(part, wanted) if wanted or self._job.marker else b""
        if not (wanted or self._painted or self._selected(part)):
            return
        original = self._originals(name)

        def restyle(row: int, column: int, style: int) -> int:
            if style in self._painted:
                style = self._styles.filled(style, original(row, column))
            lines = wanted.get((row, column))
            if not lines:
                return style
            self._fills[at, (row, column)] = self._styles.fill_of(style)
            return self._styles.coloured(style, looks.ERROR if any(line.wrong for line in lines) else looks.DOUBT)

        marks: dict[int, list[int]] = {}
        for row, column in wanted:
            marks.setdefault(row, []).append(column)
        pieces = in_utf_8(self._archive.pieces(part), part)[0]
        self._parts.put(part, self._watched(SheetPatch(marks, restyle, self._painted, remarks).pieces(windows(pieces)),
                                            at, bool(wanted)))  # fmt: skip

    def _watched(self, pieces: Iterator[bytes], at: int, wanted: bool) -> Iterator[bytes]:
        """Pass a sheet's bytes on; where marked cells are protected, a line of the list says it."""
        piece = b""
        for piece in pieces:
            yield piece
        if wanted and _PROTECTED.search(piece):
            name = self._job.names[at]
            self._lines.append(Line(at, name, problem=text("returned.protected", self._job.language),
                                    remedy=text("returned.unprotect", self._job.language)))  # fmt: skip

    def _selected(self, part: str) -> bool:
        return bool(_SELECTED.search(next(windows(in_utf_8(self._archive.pieces(part), part)[0]), b"")))

    def _no_other_selected(self) -> None:
        for node in self._nodes:
            link = self._link(node)
            if link.kind != "worksheet" and link.target in self._archive:
                data = self._parts.text(link.target)
                if _SELECTED.search(data):
                    self._parts.put(link.target, _SELECTED.sub(b"", data))

    def _originals(self, name: str) -> Callable[[int, int], bytes]:
        """Return what tells the fill that stood in a cell of a sheet before our mark."""
        fills = self._job.marker.fills if self._job.marker else {}
        usual: dict[str, Counter[str]] = {}
        for (sheet, cell), fill in fills.items():
            if sheet == name:
                usual.setdefault(cell.rstrip("0123456789"), Counter())[fill] += 1

        def original(row: int, column: int) -> bytes:
            known = usual.get(letters(column))
            usually = known.most_common(1)[0][0] if known else ""
            return _safe_fill(fills.get((name, f"{letters(column)}{row + 1}"), usually))

        return original

    def _remarks(self, part: str, wanted: dict[Place, list[Line]]) -> bytes:
        """Write a sheet's remarks; return how the sheet must name their drawing, ``b""`` where it names one already."""
        related = _related(self._archive, part)
        there = next((link.target for link in related.values() if link.kind == "comments"), "")
        known = self._job.marker.notes if self._job.marker else frozenset()
        if not (wanted or there):
            return b""
        remarks = Remarks(self._archive, there, text("returned.author", self._job.language), known)
        data = remarks.written({place: "\n".join(line.note for line in lines) for place, lines in wanted.items()})
        if there:
            self._parts.put(there, data)
        elif remarks.new:
            self._parts.link(part, "comments", self._parts.add("xl/commentsNeeds.xml", data, _KIND.format("comments")))
        if not (remarks.new or remarks.gone):
            return b""
        legacy = self._legacy(part)
        drawing = next((link for name, link in related.items() if name == legacy and not link.outside), None)
        if drawing is not None and drawing.target in self._archive:
            self._parts.put(drawing.target, boxes(self._archive.part(drawing.target), remarks.new, remarks.gone))
            return b""
        if legacy:
            raise Unpatchable
        added = self._parts.add("xl/drawings/vmlDrawingNeeds.vml", boxes(b"", remarks.new, ()), _VML_KIND)
        name = self._parts.link(part, "vmlDrawing", added)
        return f'xmlns:r="{RELATED}" r:id="{name}"'.encode()

    def _legacy(self, part: str) -> str:
        """Return the id of the drawing of remarks a sheet names; it stands behind the last row."""
        last = b""
        for window in windows(in_utf_8(self._archive.pieces(part), part)[0]):
            last = window
        found = _LEGACY.search(last)
        return found[1].decode() if found else ""

    def _without_macros(self) -> None:
        """Leave macros out: a workbook named ``.xlsx`` may hold none, and what comes from us shall not run."""
        for link in self._links.values():
            if link.kind in _MACROS and not link.outside:
                for inner in _related(self._archive, link.target).values():
                    self._parts.drop(inner.target)
                self._parts.drop(link.target)
        self._parts.unlink(self._main, _MACROS)
        language = self._job.language
        self._lines.append(
            Line(problem=text("returned.macros", language), remedy=text("returned.macros_how", language))
        )

    def _list(self, own: str) -> None:
        """Put the list in front, or in the place of the earlier one."""
        self._lines.sort(key=position)
        fills = {line: self._fills.get((line.sheet, line.place), b"") for line in self._lines
                 if line.sheet is not None and line.place}  # fmt: skip
        data = list_xml(self._lines, fills, self._job.ancestors, self._styles, self._job.language, (MAIN, RELATED))
        names = list(self._job.names)
        if own in names:
            part = self._worksheets[names.index(own)]
            self._parts.put(part, data)
            place = next(at for at, node in enumerate(self._nodes) if self._link(node).target == part)
            self._parts.put(self._main, edited(self._data, self._views(place)))
            return
        part = self._parts.add("xl/worksheets/needsList.xml", data, _KIND.format("worksheet"))
        name = self._parts.link(self._main, "worksheet", part)
        self._parts.put(self._main, edited(self._data, [*self._views(0), *self._first_sheet(name), *self._shifted()]))

    def _views(self, place: int) -> list[tuple[int, int, bytes]]:
        views = self._root.find("bookViews")
        edits = []
        for view in views.children if views else ():
            tag = with_attribute(self._data[view.start : view.inside], "activeTab", str(place))
            edits.append((view.start, view.inside, with_attribute(tag, "firstSheet", None)))
        return edits

    def _first_sheet(self, relation: str) -> list[tuple[int, int, bytes]]:
        first = self._nodes[0]
        known = {node.attribute("name").lower() for node in self._nodes}
        title = text("returned.sheet", self._job.language)
        name = next(name for at in range(1, len(known) + 2)
                    if (name := title if at == 1 else f"{title}({at})").lower() not in known)  # fmt: skip
        number = 1 + max(
            (int(told) for node in self._nodes if (told := node.attribute("sheetId")).isdigit()), default=0
        )
        identified = next(told for told in first.attributes if told.rpartition(":")[2] == "id")
        told = f'xmlns:{identified.partition(":")[0]}="{RELATED}" {identified}="{relation}"'
        tag = f'<{first.prefix}sheet name={quoteattr(name)} sheetId="{number}" {told}/>'
        return [(first.start, first.start, tag.encode())]

    def _shifted(self) -> list[tuple[int, int, bytes]]:
        """Let names of one sheet follow their sheet, which stands one further now."""
        edits = []
        for name in self._root.all("definedName"):
            told = name.attribute("localSheetId")
            if told.isdigit():
                tag = with_attribute(self._data[name.start : name.inside], "localSheetId", str(int(told) + 1))
                edits.append((name.start, name.inside, tag))
        return edits

    def _properties(self) -> None:
        """Write marker and seal among the workbook's own properties, too: a list may be deleted."""
        told = {PROPERTY: marker_text(self._job.ancestors), seal.PROPERTY: seal.OPEN}
        there = next(
            (link.target for link in links(self._archive, "").values() if link.kind == "custom-properties"), ""
        )
        data = self._parts.text(there) if there else f'<Properties xmlns="{_CUSTOM}"></Properties>'.encode()
        top = tree(data, there)
        old = [node for node in top.children if node.attribute("name") in told]
        pids = [int(pid) for node in top.children if (pid := node.attribute("pid")).isdigit()]
        new = "".join(_property(pid, name, value, top.prefix)
                      for pid, (name, value) in enumerate(told.items(), max(pids, default=1) + 1))  # fmt: skip
        data = edited(data, [*((node.start, node.end, b"") for node in old), *appended(data, top, new.encode())])
        if there:
            self._parts.put(there, data)
        else:
            self._parts.link("", "custom-properties", self._parts.add("docProps/custom.xml", data, _CUSTOM_KIND))

    def _write_styles(self) -> None:
        if self._styles_part and self._styles_part in self._archive:
            self._parts.put(self._styles_part, self._styles.written())
        else:
            part = self._parts.add("xl/stylesNeeds.xml", self._styles.written(), _KIND.format("styles"))
            self._parts.link(self._main, "styles", part)


def _property(pid: int, name: str, value: str, prefix: str) -> str:
    return (
        f'<{prefix}property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="{name}">'
        f'<vt:lpwstr xmlns:vt="{_VALUES}">{value}</vt:lpwstr></{prefix}property>'
    )


def _related(archive: Archive, part: str) -> dict[str, Link]:
    folder, _, name = part.rpartition("/")
    return links(archive, part) if f"{folder}/_rels/{name}.rels".lstrip("/") in archive else {}


def _safe_fill(fill: str) -> bytes:
    """Return a fill as a list told it; anybody may have changed what stands there."""
    data = fill.encode()
    try:
        root = tree(data, "fill")
    except Refused:
        return _NONE
    fine = root.name == "fill" and root.end == len(data) and all(node.name in _OF_FILLS for node in _all(root))
    return data if fine else _NONE


def _all(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _all(child)
