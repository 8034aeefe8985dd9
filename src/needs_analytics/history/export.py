"""The store's tables as files, for whoever analyses further."""

from __future__ import annotations

import importlib
import io
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pandas as pd

from needs_analytics.core.messages import failure
from needs_analytics.errors import UsageError
from needs_analytics.files import write_together
from needs_analytics.history.columns import DETAILS, TEXTS, quoted
from needs_analytics.history.months import kept_months, named_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from needs_analytics.core.month import Month
    from needs_analytics.history.store import Store

FORMATS = ("parquet", "csv")
_TABLES = {
    "run": ("digest", "content", "chain", "program", "record"),
    **DETAILS,
    "segment_model": ("model",),
    "publication": ("language", "digest", "tables"),
    "file": ("path", "digest"),
    "purge": ("reason",),
}
_LIVE = tuple("=+-@\t\r\n＝＋－＠")  # what a table program takes for the beginning of a formula
_BLANK = " \u00a0\u3000"


def export_tables(
    store: Store,
    folder: Path,
    *,
    form: str = "",
    months: Sequence[Month | str] = (),
    revision: int | None = None,
    every: bool = False,
) -> tuple[Path, ...]:
    """Write every table of the store into a folder, a file each and all of one moment, and return the files.

    The rows are exact: they are for internal use, not for publication. ``month`` and ``revision`` come first in every
    table; the month of a use is ``use_month``.

    Parameters
    ----------
    form
        ``parquet`` or ``csv``; by default Parquet where the library for it is installed.
    months
        Only these months.
    revision
        This revision of these months, by default the latest.
    every
        Every revision, not only the latest of each month.

    Raises
    ------
    UsageError
        When nothing is kept, a month or revision was not kept, a revision is asked of no month, or the library for
        Parquet is not there.
    """
    form = form or default_form()
    if form == "parquet" and not has_parquet():
        raise failure(UsageError, "no_parquet")
    if revision is not None and (every or not months):
        raise failure(UsageError, "export_revision", revision=revision)
    contents = {}
    with store.reading() as moment:
        named = [named_run(moment, month, revision) for month in months]
        kept = kept_months(moment, every=every)
        if kept.empty:
            raise failure(UsageError, "history_empty")
        whole = kept[kept["month"].isin([run["month"] for run in named])] if months else kept
        runs = [run["run"] for run in named] if revision is not None else whole["run"].tolist()
        for table, columns in _TABLES.items():
            frame = _rows(moment, table, columns, runs)
            contents[folder / f"{table}.{form}"] = _parquet(frame) if form == "parquet" else _csv(frame)
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(write_together(contents))


def default_form() -> str:
    """Return ``parquet`` where the library for it is installed, else ``csv``."""
    return FORMATS[0] if has_parquet() else FORMATS[1]


def has_parquet() -> bool:
    """Return whether Parquet can be written."""
    return find_spec("polars") is not None


def _rows(store: Store, table: str, columns: Sequence[str], runs: Sequence[int]) -> pd.DataFrame:
    own = ["use_month" if name == "month" else name for name in columns]
    named = ("run", "month", "revision", *own)
    listed = ", ".join(f"t.{quoted([name])}" for name in columns)
    frame = store.read(
        f"SELECT r.run, r.month, r.revision, {listed} FROM {table} AS t JOIN run AS r ON r.run = t.run "  # noqa: S608 - our own names
        f"ORDER BY r.month, r.revision, {listed}",
        columns=named,
    ).set_axis(named, axis="columns")
    return frame[frame["run"].isin(runs)].drop(columns="run")


def _csv(frame: pd.DataFrame) -> bytes:
    texts = frame.select_dtypes(exclude="number").columns
    safe = frame.assign(**{name: frame[name].map(safe_cell) for name in texts})
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def safe_cell(text: str) -> str:
    """Return a text that no table program takes for a formula.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("　＝A1"), safe_cell("助餐")
    ("'=1+1", "'　＝A1", '助餐')
    """
    return f"'{text}" if text.lstrip(_BLANK).startswith(_LIVE) else text


def _parquet(frame: pd.DataFrame) -> bytes:
    """Write a frame by a library that leaves pandas as it is; with pyarrow beside it pandas keeps texts otherwise."""
    polars: Any = importlib.import_module("polars")
    kinds = {name: _kind(polars, str(name)) for name in frame}
    columns = [
        polars.Series(name, [None if pd.isna(value) else value for value in frame[name]], dtype=kind)
        for name, kind in kinds.items()
    ]
    file = io.BytesIO()
    polars.DataFrame(columns).write_parquet(file)
    return file.getvalue()


def _kind(polars: Any, name: str) -> Any:
    figures = {column for columns in DETAILS.values() for column in columns} - TEXTS
    if name == "revision":
        return polars.Int64
    return polars.Float64 if name in figures else polars.String
