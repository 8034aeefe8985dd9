"""``needs check``: what was recognised, what is wrong, how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.issue import CellRef, Issue
from needs_analytics.core.messages import issue_remedy, issue_sentence, text

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned
    from needs_analytics.workspace import Workspace

_SHOWN, _CELLS = 20, 6
_NEEDED = {"survey": "W602", "register": "W601", "menu": "W700", "usage": "W720"}
_ORDER = {"error": 0, "warning": 1, "info": 2}


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("check", help=help_text("check", language))
    @click.argument("month", metavar=text("cli.metavar_month", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_context
    def check(ctx: click.Context, month: str, *, as_json: bool) -> None:
        from needs_analytics.office.dictionary_book import write_dictionary
        from needs_analytics.pipeline import prepare_month
        from needs_analytics.reports.check import write_check
        from needs_analytics.reports.proposals import write_proposals

        context: Context = ctx.obj
        workspace, parsed = context.open_month(month)
        cleaned = prepare_month(workspace, parsed, progress=context.progress())
        written = write_check(cleaned, workspace.path / "check" / str(parsed), language=context.language)
        if as_json:
            print_json(_as_json(cleaned, context.language))
        else:
            _print(context.language, cleaned)
        context.say("check.written", path=written)
        dictionary = write_dictionary(cleaned, written.parent, language=context.language)
        if dictionary is not None:
            context.say("check.dictionary", path=dictionary, month=str(parsed))
        proposed = write_proposals(cleaned.issues, written.parent, language=context.language)
        if proposed is not None:
            context.say("check.proposed", path=proposed)
        _return(context, workspace, cleaned)
        if not (cleaned.sheets["tables"] != "").any():
            context.say("check.blocked", needs=context.invocation(), month=str(parsed))
            ctx.exit(1)
        context.tell_next("check.next", month=str(parsed))

    return check


def _return(context: Context, workspace: Workspace, cleaned: Cleaned) -> None:
    """Write the marked copies for the offices and say where they are."""
    from needs_analytics.office.returned.files import write_returned

    month = str(cleaned.month)
    back = write_returned(
        cleaned, workspace.workbooks(month), root=workspace.inbox(month), folder=workspace.path / "check" / month,
        record=workspace.returned_record(month), language=context.language, options=workspace.config.options.reading,
    )  # fmt: skip
    if back.count:
        context.say("check.returned", count=back.count, path=back.folder, month=month)
    for path in back.edited:
        context.say("check.returned_edited", file=path.name, month=month)


def _print(language: str, cleaned: Cleaned) -> None:
    from needs_analytics.core.tables import iter_rows

    click.echo(text("cli.check.title", language, month=cleaned.month.label(language)))
    click.echo()
    click.echo(text("cli.check.sheets", language))
    for file, sheet, tables, why, platform, marks, rows in iter_rows(
        cleaned.sheets, "file", "sheet", "tables", "why", "platform", "marks", "rows"
    ):
        reason = text(f"cli.check.why_{why}", language, platform=platform, marks=marks)
        names = "+".join(text(f"table.{table}", language) for table in tables.split("+") if table)
        key = "recognised" if names else "not_recognised"
        said = text(f"cli.check.{key}", language, tables=names, why=reason, rows=rows)
        click.echo(f"  {_place(file, sheet)} {said}")
    for issue in cleaned.issues:
        if issue.where and not issue.where.sheet and issue.severity == "error":
            click.echo(f"  {issue.where.file} {text('cli.check.refused', language, code=issue.code)}")
    click.echo()
    totals = cleaned.counts.drop(columns=["file", "sheet"]).sum()
    click.echo(text("cli.check.counts", language, **{str(key): int(total) for key, total in totals.items()}))
    for code in missing_tables(cleaned).values():
        issue = Issue(code)
        click.echo(
            text("cli.check.missing", language) + issue_sentence(issue, language) + issue_remedy(issue, language)
        )
    _print_issues(cleaned.issues, language)


def missing_tables(cleaned: Cleaned) -> dict[str, str]:
    """Return the tables a report needs and the month lacks, with what that means as an issue's code."""
    return {table: code for table, code in _NEEDED.items() if getattr(cleaned, table).empty}


def _print_issues(issues: tuple[Issue, ...], language: str) -> None:
    """Print what must be seen to: sheet by sheet, errors first, cells of one sentence together; then what to paste."""
    serious = [issue for issue in issues if issue.severity != "info"]
    if not serious:
        click.echo(text("cli.check.no_issues", language))
        return
    errors = sum(issue.times for issue in serious if issue.severity == "error")
    doubts = sum(issue.times for issue in serious if issue.severity == "warning")
    unused = _unused(serious, language)
    click.echo(text("cli.check.issues", language, errors=errors, warnings=doubts, unused=unused))
    lines: dict[tuple[str, str], list[Issue]] = {}
    for issue in sorted(serious, key=lambda issue: _ORDER[issue.severity]):
        sheet = _place(issue.where.file, issue.where.sheet) if issue.where else ""
        lines.setdefault((sheet, f"{issue_sentence(issue, language)}{_remedy(issue, language)}"), []).append(issue)
    shown = dict(list(lines.items())[:_SHOWN])
    for sheet in dict.fromkeys(sheet for sheet, _ in shown):
        click.echo(f"  {sheet}".rstrip())
        for (_, said), found in ((key, found) for key, found in shown.items() if key[0] == sheet):
            click.echo(f"    [{found[0].code}] {_cells(found, language)}{said}")
    if len(lines) > len(shown):
        rest = errors + doubts - sum(issue.times for found in shown.values() for issue in found)
        click.echo(text("cli.check.more", language, count=rest))
    _print_lines_to_paste(serious, language)


def _unused(issues: list[Issue], language: str) -> str:
    """Say what the errors kept out: cells, rows, sheets or whole files."""
    counts = dict.fromkeys(("cell", "row", "sheet", "file"), 0)
    for issue in issues:
        if issue.severity == "error" and issue.where is not None:
            counts[_unit(issue.where)] += issue.times
    units = [text(f"cli.check.unused_{unit}", language, count=count) for unit, count in counts.items() if count]
    return (
        text("cli.check.unused", language, units=text("cli.check.unused_comma", language).join(units)) if units else ""
    )


def _unit(where: CellRef) -> str:
    if where.row is not None and where.column is not None:
        return "cell"
    if where.row is not None or where.column is not None:
        return "row"
    return "sheet" if where.sheet else "file"


def _cells(issues: list[Issue], language: str) -> str:
    places = [cell for issue in issues for cell in issue.cells]
    cells = [text("cli.check.row", language, row=place) if place.isdigit() else place for place in places]
    if not cells:
        return ""
    number = sum(issue.times for issue in issues)
    more = text("cli.check.more_cells", language, count=number) if number > min(len(cells), _CELLS) else ""
    return text("error.comma", language).join(cells[:_CELLS]) + more + " "


def _remedy(issue: Issue, language: str) -> str:
    """Return a remedy's sentence; the lines to paste into ``mapping.toml`` stand together at the end."""
    sentence, _, lines = issue_remedy(issue, language).partition("\n")
    return sentence.rstrip("：:") + text("cli.check.below", language) if lines else sentence


def _print_lines_to_paste(issues: list[Issue], language: str) -> None:
    from needs_analytics.reports.proposals import proposed_lines

    lines = proposed_lines(issues, language)
    if lines:
        click.echo()
        click.echo(text("cli.check.paste", language))
        click.echo("\n".join(lines))


def _place(file: str, sheet: str) -> str:
    """Name a sheet by its file; a text file's only sheet has the file's own name."""
    return (
        f"{file} [{sheet}]" if sheet and not file.endswith((f"{sheet}.csv", f"{sheet}.tsv", f"{sheet}.txt")) else file
    )


def _as_json(cleaned: Cleaned, language: str) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "month": str(cleaned.month),
        "sheets": cleaned.sheets.to_dict("records"),
        "counts": cleaned.counts.to_dict("records"),
        "missing": list(missing_tables(cleaned)),
        "issues": [
            {"code": issue.code, "severity": issue.severity, "file": issue.where.file if issue.where else "",
             "sheet": issue.where.sheet if issue.where else "", "cell": issue.where.cell if issue.where else "",
             "value": issue.value, "sentence": issue_sentence(issue, language), "remedy": issue_remedy(issue, language)}
            for issue in cleaned.issues
        ],
    }  # fmt: skip
