"""``needs explain``: how a number came about."""

from __future__ import annotations

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.messages import failure, text
from needs_analytics.errors import UsageError


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("explain", help=help_text("explain", language))
    @click.argument("key", default="", metavar=text("cli.metavar_key", language))
    @click.option("--month", help=text("cli.explain.month", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_obj
    def explain(context: Context, key: str, month: str | None, *, as_json: bool) -> None:
        from needs_analytics.explain import example_keys, explain_number
        from needs_analytics.pipeline import run_month

        workspace = context.open_workspace()
        if month is None:
            kept = workspace.store.months()
            if kept.empty:
                raise failure(UsageError, "explain_month")
            month = str(kept["month"].max())
        result = run_month(workspace, month, progress=context.progress())
        explanation = explain_number(result, key, language=context.language)
        if as_json:
            print_json(explanation.to_dict())
            return
        context.say("explain.internal")
        click.echo(explanation.as_text())
        examples = text("error.comma", context.language).join(example_keys(result))
        context.tell_next("explain.next", examples=examples)

    return explain
