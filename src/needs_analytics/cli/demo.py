"""``needs demo``: a sample village, town or district and its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import rich_click as click

from needs_analytics.cli.context import Context, help_text
from needs_analytics.core.messages import failure, text
from needs_analytics.errors import UsageError

DISTRICT = "district"
SIZES = ("village", "town", DISTRICT)
"""From small to large; all but the last are names of packaged plans."""


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("demo", help=help_text("demo", language))
    @click.argument(
        "path",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("demo"),
        metavar=text("cli.metavar_path", language),
    )
    @click.option(
        "--seed", type=click.IntRange(min=0), default=20261001, show_default=True, help=text("cli.demo.seed", language)
    )
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
        from needs_analytics.samples import month_near_register

        if rough and size:
            raise failure(UsageError, "demo_rough")
        month, plan = str(month_near_register(month)), "rough" if rough else size or "town"
        if path.exists() and any(path.iterdir()) and not (force or _is_same(path / "truth.json", plan, seed, month)):
            raise failure(UsageError, "demo_exists", path=str(path))
        if size == DISTRICT:
            _write_district(context, path, month, seed)
        else:
            _write_town(context, path, month, seed, plan)
        there = replace(context, workspace=path)
        if no_report or size == DISTRICT:
            there.tell_next("demo.next", month=month)
        else:
            make_report(there, month, formats=(), out=None, as_json=False)

    return demo


def _is_same(truth: Path, plan: str, seed: int, month: str) -> bool:
    """Tell whether the folder holds this very sample, which may be written again."""
    from needs_analytics.samples import read_truth

    try:
        facts = read_truth(truth).facts
    except (OSError, ValueError, KeyError):
        return False
    return (facts.get("plan"), facts.get("seed"), facts.get("months", [""])[-1]) == (plan, seed, month)


def _write_town(context: Context, path: Path, month: str, seed: int, name: str) -> None:
    """Make a workspace with three months of a packaged plan and the truth."""
    from needs_analytics.core.month import Month
    from needs_analytics.samples import read_plan, write_town
    from needs_analytics.workspace import Workspace

    plan, truth = read_plan(name), path / "truth.json"
    inbox = Workspace.create(path, plan.place, language=context.language).inbox(Month.parse(month))
    *earlier, made = write_town(inbox.parent, month=month, seed=seed, plan=plan, truth=truth)
    context.say("demo.made", name=plan.place, count=len(made.files), folder=inbox)
    if earlier:
        context.say("demo.earlier", months=tuple(each.month for each in earlier))
    context.say("demo.truth", truth=truth)


def _write_district(context: Context, path: Path, month: str, seed: int) -> None:
    """Make a workspace with a month of a whole district and the truth; it is too large for a report in passing."""
    from needs_analytics.core.month import Month
    from needs_analytics.samples import district_name, write_district
    from needs_analytics.workspace import Workspace

    name, truth = district_name(), path / "truth.json"
    inbox = Workspace.create(path, name, language=context.language).inbox(Month.parse(month))
    context.say("demo.district")
    made = write_district(inbox, month=month, seed=seed, truth=truth)
    context.say("demo.made", name=name, count=len(made.files), folder=inbox)
    context.say("demo.truth", truth=truth)
