"""``needs demo``: a sample sub-district and its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import failure, text
from needs_analytics.errors import UsageError


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
    @click.option("--force", is_flag=True, help=text("cli.demo.force", language))
    @click.option("--no-report", is_flag=True, help=text("cli.demo.no_report", language))
    @click.pass_obj
    def demo(context: Context, path: Path, seed: int, month: str, *, force: bool, no_report: bool) -> None:
        from needs_analytics.cli.report import make_report
        from needs_analytics.core.month import Month
        from needs_analytics.samples import write_month
        from needs_analytics.workspace import Workspace

        if path.exists() and any(path.iterdir()) and not (force or (path / "needs.toml").exists()):
            raise failure(UsageError, "demo_exists", path=str(path))
        workspace = Workspace.create(path, text("cli.demo.name", context.language), language=context.language)
        made = write_month(workspace.inbox(Month.parse(month)), month=str(Month.parse(month)), seed=seed)
        there = replace(context, workspace=path)
        context.say("demo.made", count=len(made.files), folder=workspace.inbox(month))
        if no_report:
            there.tell_next("check.next", month=month)
        else:
            make_report(there, month, formats=(), out=None, as_json=False)

    return demo
