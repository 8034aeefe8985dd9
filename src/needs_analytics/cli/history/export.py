"""``needs history export``: the store's tables as files."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import text

_FORMATS = ("parquet", "csv")


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("export", help=help_text("history.export", language))
    @click.argument(
        "folder", type=click.Path(path_type=Path, file_okay=False), metavar=text("cli.metavar_path", language)
    )
    @click.option("--format", "form", type=click.Choice(_FORMATS), help=text("cli.history.export.format", language))
    @click.option("--month", "months", multiple=True, help=text("cli.history.export.month", language))
    @click.option("--revision", type=int, help=text("cli.history.export.revision", language))
    @click.option("--all", "every", is_flag=True, help=text("cli.history.export.all", language))
    @click.pass_obj
    def export(
        context: Context, folder: Path, form: str | None, months: tuple[str, ...], revision: int | None, *, every: bool
    ) -> None:
        from needs_analytics.core.month import Month
        from needs_analytics.history.export import export_tables

        parsed = [Month.parse(month) for month in months]
        files = export_tables(
            context.open_workspace().store, folder, form=form or "", months=parsed, revision=revision, every=every
        )
        for path in files:
            context.say("history.export.file", path=path)
        context.say("history.export.internal")
        context.tell_next(f"history.export.next_{files[0].suffix[1:]}", path=folder)

    return export
