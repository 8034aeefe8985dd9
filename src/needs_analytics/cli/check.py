"""``needs check``: what was recognised, what is wrong, how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.messages import failure, issue_remedy, issue_sentence, issue_title, text
from needs_analytics.errors import BlockingDataError

if TYPE_CHECKING:
    from needs_analytics.core.issue import Issue
    from needs_analytics.core.records import Cleaned

_SHOWN = 20
_ORDER = {"error": 0, "warning": 1, "info": 2}


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("check", help=help_text("check", language))
    @click.argument("month")
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_context
    def check(ctx: click.Context, month: str, *, as_json: bool) -> None:
        from needs_analytics.core.month import Month
        from needs_analytics.pipeline import prepare_month
        from needs_analytics.reports.month import write_check
        from needs_analytics.reports.proposals import write_proposals

        context: Context = ctx.obj
        workspace, parsed = context.open_workspace(), Month.parse(month)
        if not workspace.workbooks(parsed):
            raise failure(BlockingDataError, "empty_month", folder=f"inbox/{parsed}", month=str(parsed))
        cleaned = prepare_month(workspace, parsed, progress=context.progress())
        written = write_check(cleaned, workspace.path / "check" / str(parsed), language=context.language)
        if as_json:
            print_json(_as_json(cleaned, context.language))
        else:
            _print(context, cleaned)
        context.say("check.written", path=written)
        proposed = write_proposals(cleaned.issues, written.parent, language=context.language)
        if proposed is not None:
            context.say("check.proposed", path=proposed)
        if not (cleaned.sheets["tables"] != "").any():
            context.say("check.blocked")
            ctx.exit(1)
        context.tell_next("check.next", month=str(parsed))

    return check


def _print(context: Context, cleaned: Cleaned) -> None:
    language = context.language
    click.echo(text("cli.check.title", language, month=cleaned.month.label(language)))
    click.echo()
    click.echo(text("cli.check.sheets", language))
    for row in cleaned.sheets.itertuples():
        tables = "+".join(text(f"table.{table}", language) for table in str(row.tables).split("+") if table) or "—"
        why = text(f"cli.check.why_{row.why}", language, platform=row.platform)
        click.echo(f"  {row.file} [{row.sheet}] → {tables}（{why}，{row.rows} 行）" if language == "zh"
                   else f"  {row.file} [{row.sheet}] -> {tables} ({why}, {row.rows} rows)")  # fmt: skip
    click.echo()
    totals = cleaned.counts.drop(columns=["file", "sheet"]).sum()
    click.echo(text("cli.check.counts", language, **{str(key): int(total) for key, total in totals.items()}))
    _print_issues(cleaned.issues, language)


def _print_issues(issues: tuple[Issue, ...], language: str) -> None:
    serious = sorted((issue for issue in issues if issue.severity != "info"), key=lambda issue: _ORDER[issue.severity])
    errors = sum(issue.severity == "error" for issue in serious)
    click.echo(text("cli.check.issues", language, errors=errors, warnings=len(serious) - errors) if serious
               else text("cli.check.no_issues", language))  # fmt: skip
    for issue in serious[:_SHOWN]:
        said = f"{issue_sentence(issue, language)}{issue_remedy(issue, language)}"
        click.echo(f"  {_place(issue)}[{issue.code} {issue_title(issue, language)}] {said}")
    if len(serious) > _SHOWN:
        click.echo(text("cli.check.more", language, count=len(serious) - _SHOWN))


def _place(issue: Issue) -> str:
    if issue.where is None:
        return ""
    return "·".join(part for part in (issue.where.file, issue.where.sheet, issue.where.cell) if part) + " "


def _as_json(cleaned: Cleaned, language: str) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "month": str(cleaned.month),
        "sheets": cleaned.sheets.to_dict("records"),
        "counts": cleaned.counts.to_dict("records"),
        "issues": [
            {"code": issue.code, "severity": issue.severity, "file": issue.where.file if issue.where else "",
             "sheet": issue.where.sheet if issue.where else "", "cell": issue.where.cell if issue.where else "",
             "value": issue.value, "sentence": issue_sentence(issue, language), "remedy": issue_remedy(issue, language)}
            for issue in cleaned.issues
        ],
    }  # fmt: skip
