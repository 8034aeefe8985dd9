"""The parts of a workbook while it is changed: most stay as they are packed, some are written anew, some are added."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from needs_analytics.office.gate.zips import deflated, pack
from needs_analytics.office.returned.nodes import appended, edited, text_of, tree, with_attribute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from needs_analytics.office.gate.zips import Archive, Deflated, Entry
    from needs_analytics.office.returned.nodes import Node

_TYPES = "[Content_Types].xml"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Parts:
    """A workbook's parts by their names."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._changed: dict[str, bytes | tuple[Entry | Deflated, memoryview]] = {}
        self._added: list[str] = []
        self._gone: set[str] = set()
        self._kinds: list[tuple[str, str]] = []

    def text(self, part: str) -> bytes:
        """Return a part in UTF-8, as it stands now."""
        changed = self._changed.get(part.lower())
        return changed if isinstance(changed, bytes) else text_of(self.archive, part)

    def put(self, part: str, content: bytes | Iterable[bytes]) -> None:
        """Write a part anew, or add it."""
        if part.lower() not in self.archive and part.lower() not in self._changed:
            self._added.append(part)
        self._changed[part.lower()] = content if isinstance(content, bytes) else deflated(content)

    def add(self, name: str, content: bytes, kind: str) -> str:
        """Add a part under a free name like the one given, with its content type; return the name."""
        stem, suffix = posixpath.splitext(name)
        part, number = name, 1
        while part.lower() in self.archive or part.lower() in self._changed:
            part, number = f"{stem}{number}{suffix}", number + 1
        self.put(part, content)
        self._kinds.append((part, kind))
        return part

    def drop(self, part: str) -> None:
        """Leave a part out."""
        self._gone |= {part.lower(), _rels_of(part).lower()}

    def link(self, part: str, kind: str, target: str) -> str:
        """Add a relationship of a part and return its id."""
        rels = _rels_of(part)
        if rels.lower() not in self.archive and rels.lower() not in self._changed:
            self.put(rels, f'<Relationships xmlns="{_RELS}"></Relationships>'.encode())
        data = self.text(rels)
        root = tree(data, rels)
        used = {node.attribute("Id") for node in root.children}
        name = next(name for at in range(1, len(used) + 2) if (name := f"needs{at}") not in used)
        told = f'<{root.prefix}Relationship Id="{name}" Type="{RELATED}/{kind}" Target={quoteattr("/" + target)}/>'
        self.put(rels, edited(data, appended(data, root, told.encode())))
        return name

    def unlink(self, part: str, kinds: frozenset[str]) -> None:
        """Take relationships of some kinds away."""
        data = self.text(_rels_of(part))
        gone = [node for node in tree(data, "rels").children if node.attribute("Type").rpartition("/")[2] in kinds]
        self.put(_rels_of(part), edited(data, [(node.start, node.end, b"") for node in gone]))

    def declare(self, main: str, kind: str) -> None:
        """Write the content types: of the workbook, of the parts added, none of those left out."""
        data = self.text(_TYPES)
        root = tree(data, _TYPES)
        edits = [edit for node in root.children for edit in self._declared(data, node, main, kind)]
        added = "".join(
            f'<{root.prefix}Override PartName="/{part}" ContentType="{told}"/>' for part, told in self._kinds
        )
        self.put(_TYPES, edited(data, [*edits, *appended(data, root, added.encode())]))

    def _declared(self, data: bytes, node: Node, main: str, kind: str) -> list[tuple[int, int, bytes]]:
        name = node.attribute("PartName").lstrip("/").lower()
        if node.name == "Override" and name in self._gone:
            return [(node.start, node.end, b"")]
        if name == main.lower() and node.attribute("ContentType") != kind:
            return [(node.start, node.inside, with_attribute(data[node.start : node.inside], "ContentType", kind))]
        return []

    def packed(self) -> bytes:
        """Return the workbook."""
        parts: dict[str, bytes | tuple[Entry | Deflated, memoryview]] = {}
        for name, entry in self.archive.entries.items():
            if name not in self._gone:
                parts[entry.raw_name.decode()] = (
                    self._content(name) if name in self._changed else self.archive.raw(name)
                )
        for part in self._added:
            parts[part] = self._content(part.lower())
        return pack(parts)

    def _content(self, name: str) -> bytes | tuple[Entry | Deflated, memoryview]:
        content = self._changed[name]
        if not isinstance(content, bytes):
            return content
        if not name.endswith(".vml"):  # Excel itself writes boxes that are no XML
            expat.ParserCreate("utf-8", " ").Parse(content, True)
        return deflated([content])


def _rels_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels".lstrip("/")
