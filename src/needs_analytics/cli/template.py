"""``needs template``: workbooks for offices to fill in, blank or with the rows of an earlier month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import text
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from needs_analytics.core.records import Cleaned
    from needs_analytics.workspace import Workspace


def command(language: str) -> click.Command:
    """Return the command in a language."""
    month_name = text("cli.metavar_month", language)

    @click.command("template", help=help_text("template", language))
    @click.argument("table", metavar=text("cli.metavar_table", language))
    @click.option("--from", "source", metavar=month_name, help=text("cli.template.from", language))
    @click.option("--out", type=click.Path(path_type=Path), help=text("cli.template.out", language))
    @click.pass_obj
    def template(context: Context, table: str, source: str | None, out: Path | None) -> None:
        from needs_analytics.core.codebook import Codebook
        from needs_analytics.office.template import tables_meant, template_name, write_template

        tables = tables_meant(table)
        month = _month(context, source)
        workspace = _workspace(context)
        folder = workspace.path / "templates" if workspace else Path()
        codebook = workspace.codebook if workspace else Codebook.default()
        named = out is not None and len(tables) == 1 and not out.is_dir()
        for one in tables:
            path = out if out is not None and named else (out or folder) / template_name(one, context.language)
            written = write_template(
                one, path, codebook=codebook, language=context.language, month=month, carry=source is not None
            )
            context.say("template.written", path=written)
            if month is not None and source is not None:
                _tell_carried(context, one, month)
        if month is not None:
            context.say("template.known", month=month.month.label(context.language))
        context.tell_next("template.next")

    return template


def _workspace(context: Context) -> Workspace | None:
    """Return the workspace, ``None`` where none was named and none is found."""
    try:
        return context.open_workspace()
    except UsageError:
        if context.workspace:
            raise
        return None


def _month(context: Context, source: str | None) -> Cleaned | None:
    """Return the month whose names are offered: the one asked for, else the workspace's latest."""
    from needs_analytics.pipeline import prepare_month

    if source is not None:
        return prepare_month(*context.open_month(source), progress=context.progress())
    workspace = _workspace(context)
    latest = workspace.latest() if workspace else None
    return prepare_month(workspace, latest, progress=context.progress()) if workspace and latest else None


def _tell_carried(context: Context, table: str, month: Cleaned) -> None:
    from needs_analytics.office.template_known import CARRIED

    label = month.month.label(context.language)
    if table not in CARRIED:
        context.say("template.not_carried", month=label)
        return
    rows = getattr(month, table)
    context.say("template.carried" if len(rows) else "template.carried_nothing", month=label, count=len(rows))
    if "month" in rows and rows["month"].notna().any():
        context.say("template.carried_months", count=int(rows["month"].notna().sum()))
