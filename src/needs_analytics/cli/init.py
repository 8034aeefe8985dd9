"""``needs init``: make a workspace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import text


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("init", help=help_text("init", language))
    @click.argument("name", metavar=text("cli.metavar_name", language))
    @click.option("--path", type=click.Path(path_type=Path, file_okay=False), help=text("cli.init.path", language))
    @click.pass_obj
    def init(context: Context, name: str, path: Path | None) -> None:
        from needs_analytics.workspace import Workspace

        workspace = Workspace.create(path or Path(name), name, language=context.language)
        context.say("init.done", path=workspace.path)
        replace(context, workspace=workspace.path).tell_next("init.next", inbox=workspace.path / "inbox" / "2026-10")

    return init
