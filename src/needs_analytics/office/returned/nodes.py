"""A small XML part as its elements with their places in the bytes: changed where it must be, kept elsewhere."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from needs_analytics.office.gate.xml import feed, in_utf_8, measured, parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from needs_analytics.office.gate.zips import Archive

    Edit = tuple[int, int, bytes]

TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_BOM = b"\xef\xbb\xbf"


class Node:
    """An element: its name, attributes and children, and where it begins, opens, closes and ends."""

    __slots__ = ("attributes", "children", "end", "inside", "name", "prefix", "start", "until")

    def __init__(self, name: str, attributes: dict[str, str], start: int, inside: int) -> None:
        prefix, _, self.name = name.rpartition(":")
        self.prefix = f"{prefix}:" if prefix else ""
        self.attributes = attributes
        self.children: list[Node] = []
        self.start, self.inside, self.until, self.end = start, inside, inside, inside

    def find(self, *names: str) -> Node | None:
        """Return the first descendant reached by these names, ``None`` where there is none."""
        node: Node | None = self
        for name in names:
            node = next((child for child in node.children if child.name == name), None) if node else None
        return node

    def all(self, name: str) -> Iterator[Node]:
        """Return the descendants of a name."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)

    def attribute(self, local: str) -> str:
        """Return an attribute by its local name."""
        return next((told for name, told in self.attributes.items() if name.rpartition(":")[2] == local), "")


def tree(data: bytes, part: str) -> Node:
    """Return the root of a part; refuses what the gate refuses."""
    made = parser(part)
    above = Node("", {}, 0, 0)
    opened = [above]

    def start(name: str, attributes: dict[str, str]) -> None:
        at = made.CurrentByteIndex
        tag = TAG.match(data, at)
        node = Node(name, attributes, at, tag.end() if tag else at)
        opened[-1].children.append(node)
        opened.append(node)

    def end(_: str) -> None:
        node = opened.pop()
        if data[node.inside - 2 : node.inside] != b"/>":
            node.until = made.CurrentByteIndex
            node.end = data.index(b">", node.until) + 1

    made.StartElementHandler, made.EndElementHandler = measured(part, start, end)
    feed(made, [data], part)
    return above.children[0]


def text_of(archive: Archive, part: str) -> bytes:
    """Return a part's bytes in UTF-8."""
    pieces, whole = in_utf_8(archive.pieces(part), part)
    return (whole if whole is not None else b"".join(pieces)).removeprefix(_BOM)


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return bytes with stretches replaced; of two edits at one place the first given comes first."""
    out, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[0]):
        out += [data[at:start], new]
        at = end
    return b"".join([*out, data[at:]])


def with_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """Return a start tag with an attribute set, or without it."""
    found = re.search(rb"\s" + name.encode() + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", tag)
    new = b"" if value is None else f" {name}={quoteattr(value)}".encode()
    if found:
        return tag[: found.start()] + new + tag[found.end() :]
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + new + tag[end:]


def appended(data: bytes, node: Node, new: bytes) -> list[Edit]:
    """Return the edits that put something behind an element's last child."""
    if node.end == node.inside and data[node.inside - 2 : node.inside] == b"/>":
        name = f"{node.prefix}{node.name}".encode()
        return [(node.inside - 2, node.inside, b">" + new + b"</" + name + b">")]
    return [(node.until, node.until, new)]


def counted(data: bytes, node: Node, more: int) -> list[Edit]:
    """Return the edit that tells an element's ``count`` anew, where it tells one."""
    told = node.attributes.get("count", "")
    if not told.isdigit() or not more:
        return []
    found = re.search(rb"\scount\s*=\s*(?:\"\d+\"|'\d+')", data[node.start : node.inside])
    if not found:
        return []
    return [(node.start + found.start(), node.start + found.end(), f' count="{int(told) + more}"'.encode())]
