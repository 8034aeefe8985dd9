"""Finding free places for labels, in inches: a label stands beside its point without touching anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its lower left corner and its size."""

    left: float
    bottom: float
    width: float
    height: float

    def touches(self, other: Box) -> bool:
        """Tell whether two boxes share any area."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.bottom < other.bottom + other.height
            and other.bottom < self.bottom + self.height
        )

    def lies_in(self, other: Box) -> bool:
        """Tell whether the box lies wholly in another."""
        return (
            other.left <= self.left
            and other.bottom <= self.bottom
            and self.left + self.width <= other.left + other.width
            and self.bottom + self.height <= other.bottom + other.height
        )


def centred(x: float, y: float, width: float, height: float) -> Box:
    """Return the box around a centre."""
    return Box(x - width / 2, y - height / 2, width, height)


def label_places(x: float, y: float, width: float, height: float, gap: float) -> list[Box]:
    """Return where a label may stand around its point, best first."""
    middle, beside = x - width / 2, y - height / 2
    right, left, above, below = x + gap, x - gap - width, y + gap, y - gap - height
    corners = [(right, beside), (left, beside), (middle, above), (middle, below)]
    corners += [(right, above - gap / 2), (right, below + gap / 2), (left, above - gap / 2), (left, below + gap / 2)]
    return [Box(a, b, width, height) for a, b in corners]


def marker_places(x: float, y: float, size: float) -> list[Box]:
    """Return where a numbered marker may stand: on its point, else on rings around it."""
    steps = [(0.0, 0.0)]
    for ring in (1.0, 1.9, 2.8, 3.7):
        side = 0.71 * ring
        steps += [
            (ring, 0),
            (-ring, 0),
            (0, ring),
            (0, -ring),
            (side, side),
            (-side, side),
            (side, -side),
            (-side, -side),
        ]
    return [centred(x + dx * size, y + dy * size, size, size) for dx, dy in steps]


def first_free(places: Sequence[Box], taken: Iterable[Box], bounds: Box) -> Box | None:
    """Return the first place within bounds that touches nothing taken; ``None`` where there is none."""
    obstacles = list(taken)
    free = (place for place in places if place.lies_in(bounds) and not any(place.touches(box) for box in obstacles))
    return next(free, None)
