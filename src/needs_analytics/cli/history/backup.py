"""``needs history backup``: a copy of the store."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import text


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("backup", help=help_text("history.backup", language))
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar=text("cli.metavar_file", language))
    @click.option("--force", is_flag=True, help=text("cli.history.backup.force", language))
    @click.pass_obj
    def backup(context: Context, file: Path, *, force: bool) -> None:
        from needs_analytics.history.backup import backup_store

        store = context.open_workspace().store
        context.say("history.backup.done", path=file, runs=backup_store(store, file, force=force))
        context.tell_next("history.backup.next", path=file, store=store.path)

    return backup
