"""``needs check``: what was recognised, what is wrong, how to mend it, office by office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.messages import failure, text
from needs_analytics.core.settings import listed
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.records import Cleaned
    from needs_analytics.reports.check import MonthCheck, OfficeCheck
    from needs_analytics.workspace import Workspace

_MOST_NAMED, _PASTED = 30, 15


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("check", help=help_text("check", language))
    @click.argument("month", metavar=text("cli.metavar_month", language))
    @click.option("--office", metavar=text("cli.metavar_name", language), help=text("cli.check.office", language))
    @click.option("--strict", is_flag=True, help=text("cli.check.strict", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_context
    def check(ctx: click.Context, month: str, office: str | None, *, strict: bool, as_json: bool) -> None:
        from needs_analytics.pipeline import prepare_month, with_survey
        from needs_analytics.reports.check import check_json, summarise

        context: Context = ctx.obj
        workspace, parsed = context.open_month(month)
        cleaned = prepare_month(workspace, parsed, progress=context.progress())
        found = summarise(with_survey(workspace, cleaned))
        parts = found.parts if office is None else (_wanted(found, office),)
        folder = workspace.path / "check" / str(parsed)
        written = _write(found, cleaned, folder, context.language)
        if as_json:
            print_json(check_json(found, cleaned, parts, context.language))
        else:
            _print(found, cleaned, parts[0] if office is not None else None, context.language)
        _say_written(context, written, str(parsed))
        _return(context, workspace, cleaned)
        step = "blocked" if found.blocking else "correct" if any(part.serious for part in parts) else "fine"
        context.tell_next(f"check.next_{step}", month=str(parsed))
        if found.blocking or (strict and any(part.count("error") for part in parts)):
            ctx.exit(1)

    return check


def _return(context: Context, workspace: Workspace, cleaned: Cleaned) -> None:
    """Write the marked copies for the offices and say where they are."""
    from needs_analytics.intake.masking import NOBODY, mask_labels
    from needs_analytics.office.returned.files import write_returned

    month = str(cleaned.month)
    back = write_returned(
        cleaned, workspace.workbooks(month), root=workspace.inbox(month), folder=workspace.path / "check" / month,
        record=workspace.returned_record(month), language=context.language, options=workspace.config.options.reading,
    )  # fmt: skip
    if back.count:
        context.say("check.returned", count=back.count, path=back.folder, month=month)
    for shown in mask_labels([path.name for path in back.edited], NOBODY).values():
        context.say("check.returned_edited", file=shown, month=month)


def _wanted(found: MonthCheck, office: str) -> OfficeCheck:
    """Return the office of a name, or the only one whose name or file's name holds it."""
    from needs_analytics.core.wording import key

    same = [one for one in found.offices if key(one.name) == key(office)]
    near = same or [one for one in found.offices if key(office) in key(one.name)]
    near = near or [one for one in found.offices if any(key(office) in key(file) for file in one.files)]
    if len(near) == 1:
        return near[0]
    word = "several" if near else "unknown"
    known = listed([one.name for one in near or found.offices][:_MOST_NAMED])
    raise failure(UsageError, f"office_{word}", office=office, known=known, month=str(found.month))


def _write(found: MonthCheck, cleaned: Cleaned, folder: Path, language: str) -> dict[str, Path | None]:
    """Write the page, the workbook, the question dictionary and the lines proposed for ``mapping.toml``."""
    from needs_analytics.office.dictionary_book import write_dictionary
    from needs_analytics.reports.check import write_check, write_page
    from needs_analytics.reports.proposals import proposed_lines, write_proposals

    book = write_check(found, cleaned, folder, language=language)
    page = write_page(found, folder, proposed=proposed_lines(cleaned.issues, language), language=language)
    return {
        "page": page, "book": book, "dictionary": write_dictionary(cleaned, folder, language=language),
        "proposed": write_proposals(cleaned.issues, folder, language=language),
    }  # fmt: skip


def _print(found: MonthCheck, cleaned: Cleaned, office: OfficeCheck | None, language: str) -> None:
    from needs_analytics.cli.check_lines import check_lines, office_lines
    from needs_analytics.cli.wrapping import console_width, wrapped
    from needs_analytics.reports.proposals import proposed_lines

    width = console_width()
    for line in check_lines(found, language) if office is None else office_lines(office, language):
        click.echo(wrapped(line, width))
    pasted = proposed_lines(cleaned.issues, language) if office is None else []
    if pasted and len(pasted) <= _PASTED:  # many are read in their file
        click.echo("\n".join(["", wrapped(text("cli.check.paste", language), width), *pasted]))


def _say_written(context: Context, written: dict[str, Path | None], month: str) -> None:
    context.say("check.written", page=written["page"], book=written["book"])
    for name in ("dictionary", "proposed"):
        if written[name] is not None:
            context.say(f"check.{name}", path=written[name], month=month)
