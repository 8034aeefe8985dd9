"""``needs demo``: a sample village or town and its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import failure, text
from needs_analytics.errors import UsageError

SIZES = ("village", "town")
"""Names of the packaged plans, from small to large."""


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("demo", help=help_text("demo", language))
    @click.argument(
        "path",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("demo"),
        metavar=text("cli.metavar_path", language),
    )
    @click.option("--seed", type=int, default=20261001, show_default=True, help=text("cli.demo.seed", language))
    @click.option("--month", default="2026-10", show_default=True, help=text("cli.demo.month", language))
    @click.option("--size", type=click.Choice(SIZES), help=text("cli.demo.size", language))
    @click.option("--rough", is_flag=True, help=text("cli.demo.rough", language))
    @click.option("--force", is_flag=True, help=text("cli.demo.force", language))
    @click.option("--no-report", is_flag=True, help=text("cli.demo.no_report", language))
    @click.pass_obj
    def demo(
        context: Context,
        path: Path,
        seed: int,
        month: str,
        size: str | None,
        *,
        rough: bool,
        force: bool,
        no_report: bool,
    ) -> None:
        from needs_analytics.cli.report import make_report
        from needs_analytics.core.month import Month
        from needs_analytics.samples import read_plan, write_town
        from needs_analytics.workspace import Workspace

        if path.exists() and any(path.iterdir()) and not (force or (path / "needs.toml").exists()):
            raise failure(UsageError, "demo_exists", path=str(path))
        if rough and size:
            raise failure(UsageError, "demo_rough")
        plan = read_plan("rough" if rough else size or "town")
        workspace = Workspace.create(path, plan.place, language=context.language)
        inbox, truth = workspace.inbox(Month.parse(month)), path / "truth.json"
        *earlier, made = write_town(inbox.parent, month=month, seed=seed, plan=plan, truth=truth)
        there = replace(context, workspace=path)
        context.say("demo.made", name=plan.place, count=len(made.files), folder=inbox)
        context.say("demo.truth", months="、".join(each.month for each in earlier) or "—", truth=truth)
        if no_report:
            there.tell_next("check.next", month=month)
        else:
            make_report(there, month, formats=(), out=None, as_json=False)

    return demo
