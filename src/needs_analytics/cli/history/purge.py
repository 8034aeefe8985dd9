"""``needs history purge``: erasing details of months, or what is kept of a resident."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import failure, text
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from needs_analytics.residents import Traced
    from needs_analytics.workspace import Workspace


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("purge", help=help_text("history.purge", language))
    @click.option(
        "--before", metavar=text("cli.metavar_month", language), help=text("cli.history.purge.before", language)
    )
    @click.option(
        "--month", metavar=text("cli.metavar_month", language), help=text("cli.history.purge.month", language)
    )
    @click.option("--resident", is_flag=True, help=text("cli.history.purge.resident", language))
    @click.option("--yes", is_flag=True, help=text("cli.history.purge.yes", language))
    @click.pass_obj
    def purge(context: Context, before: str | None, month: str | None, *, resident: bool, yes: bool) -> None:
        if sum((before is not None, month is not None, resident)) != 1:
            raise failure(UsageError, "purge_what")
        if resident:
            _resident(context)
        else:
            _months(context, before, month, yes=yes)

    return purge


def _months(context: Context, before: str | None, month: str | None, *, yes: bool) -> None:
    from needs_analytics.core.month import Month
    from needs_analytics.history.purge import purge_runs, purgeable, resting_months

    workspace = context.open_workspace()
    store = workspace.store
    given = {name: Month.parse(told) for name, told in (("before", before), ("month", month)) if told is not None}
    runs = purgeable(store, **given)
    listed = tuple(dict.fromkeys(runs["month"]))
    if len(runs) and not yes:
        if context.no_input:
            raise failure(UsageError, "purge_unconfirmed")
        question = text("cli.history.purge.question", context.language, runs=len(runs), months=listed)
        if not click.confirm(question, err=True):
            context.say("history.purge.declined")
            return
    (name, asked), *_ = given.items()
    purged = purge_runs(store, reason=f"{name} {asked}", **given)
    if purged.runs:
        context.say("history.purge.done", runs=len(purged.runs), months=listed)
    else:
        context.say("history.purge.nothing")
    resting = resting_months(store, tuple(dict.fromkeys(runs["month"]))) if purged.runs else ()
    if resting:
        context.say("history.purge.compared", months=resting)
    if not purged.complete:
        context.say("history.purge.read_elsewhere")
    _forget(context, workspace, tuple(dict.fromkeys(runs["month"])))
    context.tell_next("history.purge.next")


def _resident(context: Context) -> None:
    """Say where a resident stands and remove what the program keeps; who it is never stands in a command."""
    from needs_analytics.residents import trace_resident

    workspace = context.open_workspace()
    traced = trace_resident(workspace, _told(context))
    _print(traced, context)
    _forget(context, workspace, traced.months)
    context.say("history.purge.store")
    key = "next_resident" if traced.places else "next_nobody"
    context.tell_next(f"history.purge.{key}", month=traced.months[0] if traced.months else "")


def _forget(context: Context, workspace: Workspace, months: tuple[str, ...]) -> None:
    """Remove what the program keeps beside the store of some months' rows, and say so."""
    from needs_analytics.residents import forget_copies

    removed, edited = forget_copies(workspace, months)
    if removed:
        context.say("history.purge.removed", count=len(removed), months=months)
    for path in edited:
        context.say("history.purge.edited", file=_shown(path.relative_to(workspace.path).as_posix()))


def _told(context: Context) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    if context.no_input:
        raise failure(UsageError, "resident_unasked")
    asked: str = click.prompt(text("cli.history.purge.ask", context.language), hide_input=True, err=True)
    return asked


def _print(traced: Traced, context: Context) -> None:
    for place in traced.places:
        how = text(f"cli.history.purge.how_{place.how}", context.language)
        sheet = _shown(place.sheet)
        click.echo(text("cli.history.purge.place", context.language, month=place.month, file=_shown(place.file),
                        sheet=sheet, row=place.row, how=how))  # fmt: skip
    if not traced.places:
        context.say("history.purge.nobody")
    for month, file in traced.unread:
        context.say("history.purge.unread", month=month, file=_shown(file))


def _shown(label: str) -> str:
    """Return a name of a file or a sheet without the residents it may name."""
    from needs_analytics.intake.masking import NOBODY, mask_labels

    return "/".join(mask_labels([part], NOBODY)[part] for part in label.split("/"))
