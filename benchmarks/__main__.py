"""Print how ours compares with named peers, and what a whole month takes; write nothing."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks import estimates, gaps, intake, segments
from benchmarks.cases import SAMPLES, run_cases, sample_folder, time_month, time_sample

if TYPE_CHECKING:
    from collections.abc import Iterable


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="only show that every comparison runs")
    parser.add_argument("--samples", action="store_true", help="only write the sample town and the district (600 MB)")
    parser.add_argument("--intake", action="store_true", help="only read and take in surveys, against named peers")
    parser.add_argument("--estimates", action="store_true", help="only rake and estimate at size, against named peers")
    parser.add_argument("--segments", action="store_true", help="only find types of residents, against named peers")
    parser.add_argument("--gaps", action="store_true", help="only plan and measure the gaps, against named peers")
    options = parser.parse_args()
    tiny, console = options.tiny, Console(width=140)
    if options.intake:
        with TemporaryDirectory() as made:
            _print(intake.lines(Path(made), tiny=tiny), console)
        return
    for asked, part in ((options.estimates, estimates), (options.segments, segments), (options.gaps, gaps)):
        if asked:
            _print(part.lines(tiny=tiny), console)
            return
    if options.samples:
        _write_samples(console)
        return
    with TemporaryDirectory() as made:
        folder = sample_folder(Path(made))
        table = Table("case", "against", "note", title="Seconds are this machine's; the ratio (ours ÷ peer) travels")
        for heading in ("ours (s)", "peer (s)", "ratio"):
            table.add_column(heading, justify="right")
        for timing in run_cases(folder, tiny=tiny):
            figures = (f"{timing.ours:.3f}", f"{timing.peer:.3f}", f"{timing.ratio:.2f}")
            table.add_row(timing.name, timing.against, timing.note, *figures)
        console.print(table)
        if not tiny:
            seconds, memory = time_month(folder, Path(made))
            console.print(
                f"Whole month with its report, in a fresh process: {seconds:.1f} s, peak memory {memory:,.0f} MB"
            )


def _print(lines: Iterable[str], console: Console) -> None:
    for line in lines:
        console.print(line)


def _write_samples(console: Console) -> None:
    with TemporaryDirectory() as made:
        for name in SAMPLES:
            seconds, memory, size = time_sample(name, Path(made))
            console.print(f"Writing {name}, in a fresh process: {seconds:.1f} s, peak {memory:,.0f} MB, {size:,.0f} MB")


if __name__ == "__main__":
    main()
