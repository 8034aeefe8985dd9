"""``needs history doctor``: whether the store is whole and the files agree with it."""

from __future__ import annotations

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.messages import in_every_language, text


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("doctor", help=help_text("history.doctor", language))
    @click.option("--repair", "mend", is_flag=True, help=text("cli.history.doctor.repair", language))
    @click.option("--all", "every", is_flag=True, help=text("cli.history.doctor.all", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_context
    def doctor(ctx: click.Context, *, mend: bool, every: bool, as_json: bool) -> None:
        from needs_analytics.cli.wrapping import console_width, wrapped
        from needs_analytics.history.checks import NEWEST
        from needs_analytics.history.doctor import examine, repair

        context: Context = ctx.obj
        workspace = context.open_workspace()
        place = (workspace.store, workspace.path, workspace.journal)
        if mend:
            done = repair(*place)
            key = "unreadable" if done.unreadable else "recovered" if done.recovered else "nothing_to_recover"
            context.say(f"history.doctor.{key}")
            if done.removed:
                context.say("history.doctor.removed", count=len(done.removed))
        found = examine(*place, newest=None if every else NEWEST)
        said = [in_every_language(f"doctor.{finding.code}", **finding.details)[context.language] for finding in found]
        if as_json:
            parts = zip(found, said, strict=True)
            print_json([{"code": one.code, "wrong": one.wrong, "sentence": sentence} for one, sentence in parts])
        else:
            for sentence in said or [text("cli.history.doctor.sound", context.language)]:
                click.echo(wrapped(sentence, console_width()))
        codes = {finding.code for finding in found if finding.wrong}
        step = "wrong" if codes - {"journal", "leftover"} else "repair" if codes else "fine"
        context.tell_next(f"history.doctor.next_{step}", folder=workspace.path)
        if codes:
            ctx.exit(1)

    return doctor
