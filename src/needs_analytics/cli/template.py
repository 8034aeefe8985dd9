"""``needs template``: blank workbooks for offices."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import text
from needs_analytics.errors import UsageError


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("template", help=help_text("template", language))
    @click.argument("table", metavar=text("cli.metavar_table", language))
    @click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=text("cli.template.out", language))
    @click.pass_obj
    def template(context: Context, table: str, out: Path | None) -> None:
        from needs_analytics.core.codebook import Codebook
        from needs_analytics.office.template import template_name, write_template

        try:
            workspace = context.open_workspace()
        except UsageError:
            if context.workspace:
                raise
            workspace = None
        codebook = workspace.codebook if workspace else Codebook.default()
        folder = workspace.path / "templates" if workspace else Path()
        path = write_template(
            table, out or folder / template_name(table, context.language), codebook=codebook, language=context.language
        )
        context.say("template.written", path=path)
        context.tell_next("template.next")

    return template
