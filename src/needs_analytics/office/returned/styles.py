"""The formats of a workbook: those of marked cells differ from the cell's own by their fill alone."""

from __future__ import annotations

import re

from needs_analytics.office.returned.nodes import appended, counted, edited, tree, with_attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from needs_analytics.office.returned.nodes import Edit, Node

ERROR, DOUBT = "FFFFC8CD", "FFFFF2A8"
"""Light red and light yellow, in shades that no palette of Excel or WPS offers: by them our marks are known again."""

_MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet ' + _MAIN + b"><fonts><font>"
    b'<sz val="11"/><name val="Calibri"/></font></fonts><fills><fill><patternFill patternType="none"/></fill><fill>'
    b'<patternFill patternType="gray125"/></fill></fills><borders><border/></borders>'
    b"<cellXfs><xf/></cellXfs></styleSheet>"
)
_PREFIX = re.compile(rb"(</?)[A-Za-z0-9]+:")
_COLOUR = re.compile(rb"fgColor[^>]*?rgb=\"([0-9A-Fa-f]{6,8})\"")


class Unpatchable(Exception):  # noqa: N818 - an outcome: the workbook comes back as a copy of its values
    """A workbook written in a way we do not change in place."""


class Styles:
    """The styles part, and what is added to it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        root = tree(data, "styles.xml")
        self._prefix = root.prefix.encode()
        found = [root.find(name) for name in ("fonts", "fills", "borders", "cellXfs")]
        if any(node is None or not node.children for node in found):
            raise Unpatchable
        self._parents: dict[str, Node] = {node.name: node for node in found if node}
        self._items = {name: [data[child.start : child.end] for child in node.children]
                       for name, node in self._parents.items()}  # fmt: skip
        self._known = {name: {item: place for place, item in reversed(list(enumerate(items)))}
                       for name, items in self._items.items()}  # fmt: skip
        self._before = {name: len(items) for name, items in self._items.items()}
        self._made: dict[tuple[int, bytes], int] = {}

    @property
    def marked(self) -> dict[int, str]:
        """Formats whose fill is one of our marks, with its colour."""
        fills = {place: colour for place, fill in enumerate(self._items["fills"]) if (colour := _mark_in(fill))}
        found = {}
        for place, xf in enumerate(self._items["cellXfs"]):
            fill = re.search(rb"\sfillId=\"(\d+)\"", xf)
            if fill and int(fill[1]) in fills:
                found[place] = fills[int(fill[1])]
        return found

    def fill_of(self, style: int) -> bytes:
        """Return the fill of a format as XML."""
        fill = re.search(rb"\sfillId=\"(\d+)\"", self._xf(style))
        place = int(fill[1]) if fill else 0
        return _PREFIX.sub(rb"\1", self._items["fills"][place if place < len(self._items["fills"]) else 0])

    def coloured(self, style: int, colour: str) -> int:
        """Return the format that differs from another by the colour of its mark."""
        return self.filled(style, solid(colour))

    def filled(self, style: int, fill: bytes) -> int:
        """Return the format that differs from another by its fill."""
        key = (style, fill)
        if key not in self._made:
            xf = self._xf(style)
            place = self._added("fills", fill)
            end = xf.index(b">") + 1
            tag = with_attribute(with_attribute(xf[:end], "fillId", str(place)), "applyFill", "1" if place else None)
            self._made[key] = self._listed("cellXfs", tag + xf[end:])
        return self._made[key]

    def added(self, font: bytes, fill: bytes, alignment: bytes, *, framed: bool) -> int:
        """Return a format of its own."""
        ids = b'fontId="%d" fillId="%d"' % (self._added("fonts", font), self._added("fills", fill))
        border = b'borderId="%d"' % (self._added("borders", _BORDER) if framed else 0)
        applied = b'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"'
        head = b'<xf numFmtId="0" ' + b" ".join([ids, border, applied])
        return self._added("cellXfs", head + b"><alignment " + alignment + b"/></xf>")

    def written(self) -> bytes:
        """Return the part with what was added."""
        edits: list[Edit] = []
        for name, node in self._parents.items():
            new = self._items[name][self._before[name] :]
            edits += counted(self._data, node, len(new))
            edits += appended(self._data, node, b"".join(new)) if new else []
        return edited(self._data, edits)

    def _xf(self, style: int) -> bytes:
        items = self._items["cellXfs"]
        return items[style if style < len(items) else 0]

    def _added(self, name: str, item: bytes) -> int:
        return self._listed(name, _PREFIX.sub(rb"\1" + self._prefix, _unprefixed(item)) if self._prefix else item)

    def _listed(self, name: str, item: bytes) -> int:
        known = self._known[name]
        if item not in known:
            known[item] = len(self._items[name])
            self._items[name].append(item)
        return known[item]


_BORDER = b"<border>" + b"".join(
    b'<%s style="thin"><color rgb="FF9AA7B5"/></%s>' % (side, side) for side in (b"left", b"right", b"top", b"bottom")
) + b"<diagonal/></border>"  # fmt: skip


def solid(colour: str) -> bytes:
    """Return a fill of one colour."""
    pattern = f'<patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill>'
    return f"<fill>{pattern}</fill>".encode()


def _unprefixed(item: bytes) -> bytes:
    return re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", item)


def _mark_in(fill: bytes) -> str:
    found = _COLOUR.search(fill)
    colour = found[1].decode().upper().rjust(8, "F") if found else ""
    return colour if colour in {ERROR, DOUBT} else ""
