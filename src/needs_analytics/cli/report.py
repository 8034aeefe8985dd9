"""``needs report``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.messages import failure, text
from needs_analytics.errors import BlockingDataError, UsageError

if TYPE_CHECKING:
    from needs_analytics.workspace import Workspace


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("report", help=help_text("report", language))
    @click.argument("month")
    @click.option(
        "--format", "formats", multiple=True, metavar="xlsx|html|docx", help=text("cli.report.format", language)
    )
    @click.option("--out", type=click.Path(path_type=Path, file_okay=False), help=text("cli.report.out", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_obj
    def report(context: Context, month: str, formats: tuple[str, ...], out: Path | None, *, as_json: bool) -> None:
        make_report(context, context.open_workspace(), month, formats=formats, out=out, as_json=as_json)

    return report


def make_report(
    context: Context, workspace: Workspace, month: str, *, formats: tuple[str, ...], out: Path | None, as_json: bool
) -> None:
    """Run a month, write its files, keep it in the store, say what to do next."""
    from needs_analytics.core.month import Month
    from needs_analytics.pipeline import run_month
    from needs_analytics.reports.month import month_json, write_reports

    wanted = formats or workspace.config.options.report.formats
    unknown = [name for name in wanted if name not in {"xlsx", "html", "docx"}]
    if unknown:
        raise failure(UsageError, "format_unknown", format=unknown[0])
    parsed = Month.parse(month)
    folder = f"inbox/{parsed}"
    if not workspace.workbooks(parsed):
        raise failure(BlockingDataError, "empty_month", folder=folder, month=str(parsed))
    tell = context.progress()
    result = run_month(workspace, parsed, progress=tell)
    if not (result.cleaned.sheets["tables"] != "").any():
        raise failure(BlockingDataError, "nothing_usable", month=str(parsed))
    tell("writing")
    target = out or workspace.path / "reports" / str(parsed)
    written = write_reports(result, target, formats=wanted, language=context.language)
    revision = workspace.store.keep(result)
    if as_json:
        print_json(month_json(result, written))
        return
    gaps = result.gaps.at("district")
    context.say("report.summary", workspace=result.workspace, month=str(parsed), respondents=len(result.cleaned.survey),
                needs=result.needs.table["need"].nunique(), gaps=int((gaps["gap"] > 0).sum()))  # fmt: skip
    for path in written:
        context.say("report.file", path=path)
    context.say("report.revision", month=str(parsed), revision=revision)
    key = f"gap:{gaps.sort_values('gap')['need_name'].iloc[-1]}" if len(gaps) else "weights"
    first = next((path for path in written if path.suffix == ".html"), written[0] if written else target)
    context.tell_next("report.next", path=first, key=key)
