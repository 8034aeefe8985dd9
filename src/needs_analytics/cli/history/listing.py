"""``needs history list``: a line for every month."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.messages import text

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("list", help=help_text("history.list", language))
    @click.option("--all", "every", is_flag=True, help=text("cli.history.list.all", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_obj
    def list_(context: Context, *, every: bool, as_json: bool) -> None:
        from needs_analytics.history.months import kept_months
        from needs_analytics.history.on_disk import months_unkept

        workspace = context.open_workspace()
        months = kept_months(workspace.store, every=every)
        if as_json:
            print_json([_plain(month) for month in months.drop(columns="run").to_dict("records")])
        else:
            _print(months, context.language)
        lost = months_unkept(workspace.store, workspace.path)
        if lost:
            context.say("history.list.unkept", months=lost)
            context.tell_next("history.list.next_unkept")
        elif months.empty:
            context.say("history.list.empty")
            context.tell_next("history.list.next_empty")
        else:
            context.tell_next("history.list.next", month=months["month"].iloc[-1])

    return list_


def _print(months: pd.DataFrame, language: str) -> None:
    from needs_analytics.cli.wrapping import console_width, wrapped

    for month in months.to_dict("records"):
        line = text(
            "cli.history.list.line", language, month=month["month"], revision=month["revision"], files=month["files"],
            respondents=_count(month["respondents"]), needs=_count(month["needs"]),
        )  # fmt: skip
        if month["purged"]:
            line += text("cli.history.list.purged", language)
        if month["overtaken"]:
            line += text("cli.history.list.overtaken", language, months=month["overtaken"])
        click.echo(wrapped(line, console_width()))


def _plain(month: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
    """Return a month with whole numbers, ``None`` for one nobody knows."""
    known = {name: month[name] for name in ("respondents", "needs")}
    return dict(month) | {name: None if math.isnan(value) else int(value) for name, value in known.items()}


def _count(value: float) -> str:
    """Return a count as it is printed; a stroke for one nobody knows."""
    return "—" if math.isnan(value) else f"{value:.0f}"
