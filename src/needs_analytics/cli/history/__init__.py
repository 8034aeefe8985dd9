"""``needs history``: the months that were issued, one file a verb; each is a call of the library's ``history``."""

from __future__ import annotations

import rich_click as click

from needs_analytics.cli.context import help_text
from needs_analytics.cli.history import backup, diff, doctor, export, listing, purge, show
from needs_analytics.core.messages import text


def command(language: str) -> click.RichGroup:
    """Return the group with its verbs in a language."""

    @click.group(
        "history", cls=click.RichGroup, no_args_is_help=True, help=help_text("history", language),
        subcommand_metavar=text("cli.metavar_commands", language),
    )  # fmt: skip
    def history() -> None:
        pass

    for verb in (listing, show, diff, export, backup, doctor, purge):
        history.add_command(verb.command(language))
    return history
