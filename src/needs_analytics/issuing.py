"""Issuing a month: its files and its place in the store, both or neither."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needs_analytics.core.messages import text
from needs_analytics.exchange import exchanging
from needs_analytics.history.writing import Shown
from needs_analytics.reports.published import published
from needs_analytics.reports.write import writable
from needs_analytics.segments.keeping import model_json
from needs_analytics.workspace import RECIPES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from needs_analytics.core.results import MonthResult
    from needs_analytics.history.writing import Writing
    from needs_analytics.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Issued:
    """A month that was issued.

    Attributes
    ----------
    files
        The report's files, in the order of the formats; one that was open in another program stands beside as ``…(2)``.
    revision
        Which revision of its month the store keeps it as.
    kept
        Where old files stay that are not as this program wrote them: somebody has edited them.
    later
        Months issued before, though they come after this one: they were compared with what it was then.
    """

    files: tuple[Path, ...]
    revision: int
    kept: tuple[Path, ...] = ()
    later: tuple[str, ...] = ()


def issue_month(
    workspace: Workspace,
    result: MonthResult,
    *,
    folder: str | Path | None = None,
    formats: Sequence[str] = (),
    language: str = "zh",
) -> Issued:
    """Write a month's report and keep the month in the workspace's store.

    Whatever happens in between, files and store tell the same: until the store's last step the old files can be put
    back, and whoever issues next finishes or undoes what an interrupted run has left. A report that somebody has edited
    is not lost: it stays beside under another name.

    Parameters
    ----------
    workspace
        The office's folder.
    result
        What :func:`needs_analytics.run_month` gave.
    folder
        Where the files go, by default ``reports/<month>`` of the workspace.
    formats
        Of ``xlsx``, ``html``, ``docx``, by default those of ``needs.toml``.
    language
        ``zh`` or ``en``.

    Returns
    -------
    Issued
        The files, the revision, and the later months that were compared with another one.

    Raises
    ------
    UsageError
        When a format is unknown, or the folder or the store cannot be written to.
    """
    month = str(result.month)
    target = Path(folder) if folder is not None else workspace.path / "reports" / month
    report = published(result, formats=formats or workspace.config.options.report.formats, language=language)
    model = _model(result)
    with (
        writable(target),
        workspace.store.writing() as writing,
        exchanging(workspace.journal, workspace.path, writing.names_now, writing.hold) as exchange,
    ):
        recipes, content = workspace.recipes_with(result.cleaned)
        contents = {target / name: each for name, each in report.files.items()} | {recipes: content}
        *files, _ = exchange.replace(contents, _edited(writing, language))
        revision = writing.keep(result, Shown(report.needs, report.gaps), model)
        writing.publish(language, report.tables, exchange.digests)
        later = writing.later_months(month)
        writing.commit()
    return Issued(tuple(files), revision, tuple(exchange.kept.values()), tuple(later))


def _edited(writing: Writing, language: str) -> Callable[[Path, str, str], str]:
    """Return which old files stay, and under which names: all but those that the store says were written here."""

    def keep(path: Path, name: str, digest: str) -> str:
        if name == RECIPES or writing.wrote(name, digest):
            return ""
        edited = dt.datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()
        return text("report.kept_name", language, stem=path.stem, date=edited, suffix=path.suffix)

    return keep


def _model(result: MonthResult) -> str:
    return "" if result.segments.model is None else model_json(result.segments.model)
