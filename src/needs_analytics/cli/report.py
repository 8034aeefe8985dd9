"""``needs report``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.messages import failure, issue_remedy, issue_sentence, text
from needs_analytics.core.options import FORMATS
from needs_analytics.errors import BlockingDataError

if TYPE_CHECKING:
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace

_NOTES = 5


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("report", help=help_text("report", language))
    @click.argument("month", metavar=text("cli.metavar_month", language))
    @click.option(
        "--format", "formats", multiple=True, type=click.Choice(FORMATS), help=text("cli.report.format", language)
    )
    @click.option("--out", type=click.Path(path_type=Path, file_okay=False), help=text("cli.report.out", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_obj
    def report(context: Context, month: str, formats: tuple[str, ...], out: Path | None, *, as_json: bool) -> None:
        make_report(context, month, formats=formats, out=out, as_json=as_json)

    return report


def make_report(context: Context, month: str, *, formats: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """Run a month, write its files, keep it in the store, say what to do next."""
    from needs_analytics.core.flags import WITHHOLD
    from needs_analytics.issuing import issue_month
    from needs_analytics.pipeline import run_month
    from needs_analytics.reports.content.build import report_wording
    from needs_analytics.reports.content.older import older_answers, rests_on_older
    from needs_analytics.reports.month import month_json, report_stem

    workspace, parsed = context.open_month(month)
    _say_what_is_lost(context, workspace)
    tell = context.progress()
    result = run_month(workspace, parsed, progress=tell)
    _refuse_impossible(result, context.language)
    tell("writing")
    issued = issue_month(workspace, result, folder=out, formats=formats, language=context.language)
    written = issued.files
    for path in issued.kept:
        context.say("report.kept", path=path)
    if as_json:
        print_json(month_json(result, written, issued.revision, issued.kept, issued.later))
        return
    gaps = result.gaps.at("district")
    summary = "report.summary" if gaps["gap"].notna().any() else "report.summary_no_gaps"
    older = rests_on_older(result)
    context.say(summary, workspace=result.workspace, month=str(parsed),
                respondents=0 if older else len(result.cleaned.survey),
                needs=result.needs.table["need"].nunique(), gaps=int((gaps["gap"] > 0).sum()))  # fmt: skip
    if older:
        context.say("report.note", note=older_answers(result, report_wording(result, context.language)))
    if (result.needs.totals()["flag"] == WITHHOLD).all():
        context.say("report.none_published")
    _say_notes(context, result)
    stem = report_stem(result, context.language)
    for path in written:
        key = "report.file" if path.stem == stem else "report.locked"
        context.say(key, path=path, file=f"{stem}{path.suffix}")
    context.say("report.revision", month=str(parsed), revision=issued.revision)
    if issued.later:
        context.say("report.later", month=str(parsed), later=issued.later)
    worst = f"gap:{gaps.sort_values('gap')['need_name'].iloc[-1]}" if len(gaps) else "weights"
    first = next(
        (path for path in written if path.suffix == ".html"), written[0] if written else workspace.path / "reports"
    )
    context.tell_next("report.next", path=first, key=worst)


def _say_what_is_lost(context: Context, workspace: Workspace) -> None:
    """Say before anything is issued that the store does not keep months whose reports are there."""
    from needs_analytics.history.on_disk import months_unkept

    unkept = months_unkept(workspace.store, workspace.path)
    if unkept:
        key = "report.unkept" if workspace.store.path.exists() else "report.lost"
        context.warn(key, months=unkept)


def _of_a_file(issue: Issue) -> bool:
    return issue.where is not None and not issue.where.sheet


def _refuse_impossible(result: MonthResult, language: str) -> None:
    """Refuse to issue a month without anything usable, without answers or without a question about needs.

    Raises
    ------
    BlockingDataError
        With what the check says of it; nothing is written and nothing kept.
    """
    from needs_analytics.reports.check.summary import NOTHING_USABLE, blocks

    blocking = blocks(result.cleaned)
    if not blocking:
        return
    month = str(result.month)
    if blocking[0].code == NOTHING_USABLE:
        raise failure(BlockingDataError, "nothing_usable", month=month)
    reason = f"{issue_sentence(blocking[0], language)}{issue_remedy(blocking[0], language)}"
    raise failure(BlockingDataError, "no_report", month=month, reason=reason)


def _say_notes(context: Context, result: MonthResult) -> None:
    """Say which files are missing from it and what limits the whole month; what concerns cells stands in the check."""
    refused = [issue for issue in result.issues if issue.severity == "error" and _of_a_file(issue)]
    issues = refused + [issue for issue in result.issues if issue.where is None]
    notes = [f"{issue_sentence(issue, context.language)}{issue_remedy(issue, context.language)}"
             for issue in issues if issue.severity != "info"]  # fmt: skip
    for note in list(dict.fromkeys(notes))[:_NOTES]:
        context.say("report.note", note=note)
    if len(set(notes)) > _NOTES:
        context.say("report.more_notes", count=len(set(notes)) - _NOTES)
