"""``python tests/truth/write.py MEASURED.jsonl`` puts what the full form measured into ``docs/truth.md``.

The file of measurements is what ``NEEDS_TRUTH_OUT`` names while the tests run; only the part of the paper between its
two marks is written, the rest stands as it is.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

PAPER = Path(__file__).parents[2] / "docs" / "truth.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_STAGES = {
    "test_intake.py": "Intake",
    "test_cleaning.py": "Cleaning",
    "test_weights.py": "Weights",
    "test_coverage.py": "Samples",
    "test_segments.py": "Segments",
    "test_needs.py": "Needs list",
    "test_gaps.py": "Gaps",
    "test_forecasts.py": "Series of use",
    "test_norms.py": "Norms",
    "test_rough.py": "Rough town",
}
Line = dict[str, Any]


def tabulate(lines: list[Line]) -> str:
    """Return the measurements as a table in Markdown, stage by stage; several of one kind are averaged."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        found.setdefault((line["file"], line["what"]), []).append(line)
    towns = max((line["seeds"] for line in lines), key=int, default="")
    rows = [f"{towns} towns.", "", "| stage | what | measured | worst | threshold | |", "|---|---|---|---|---|---|"]
    for file in [*_STAGES, *sorted({file for file, _ in found} - set(_STAGES))]:
        rows += [_row(file, what, own) for (of, what), own in found.items() if of == file]
    return "\n".join(rows)


def _row(file: str, what: str, own: list[Line]) -> str:
    values, least, most, below = [line["value"] for line in own], *(own[0][name] for name in ("least", "most", "below"))
    worst = max(values) if least is None else min(values)
    reached = all(
        (least is None or value >= least) and (most is None or value <= most) and (below is None or value < below)
        for value in values
    )
    limits = [f"{sign} {limit:g}" for sign, limit in (("≥", least), ("≤", most), ("<", below)) if limit is not None]
    state = (
        "" if not any(limits) else "reached" if reached else f"**not yet** – theme {own[0]['awaits'].partition(':')[0]}"
    )
    spread = f"{worst:.3g}" if len(values) > 1 else ""
    cells = (_STAGES.get(file, file), what, f"{statistics.fmean(values):.3g}", spread, " ".join(filter(None, limits)))
    return "| " + " | ".join((*cells, state)) + " |"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path)
    lines = [json.loads(line) for line in parser.parse_args().measured.read_text(encoding="utf-8").splitlines()]
    paper = PAPER.read_text(encoding="utf-8")
    head, rest = paper.split(BEGIN)
    tail = rest.split(END)[1]
    PAPER.write_text(f"{head}{BEGIN}\n\n{tabulate(lines)}\n\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
