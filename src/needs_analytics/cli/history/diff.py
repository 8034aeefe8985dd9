"""``needs history diff``: what differs between two revisions or two months."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.core.messages import failure, text
from needs_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from needs_analytics.history.compare import Comparison
    from needs_analytics.history.store import Store

    Run = tuple[str, int | None]

_MOST, _DIGITS = 20, 12
_WHEN = ("before", "after")


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("diff", help=help_text("history.diff", language))
    @click.argument("month", metavar=text("cli.metavar_month", language))
    @click.argument("other", default="", metavar=text("cli.metavar_month", language))
    @click.option("--revision", "revisions", type=int, multiple=True, help=text("cli.history.diff.revision", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_obj
    def diff(context: Context, month: str, other: str, revisions: tuple[int, ...], *, as_json: bool) -> None:
        from needs_analytics.cli.wrapping import console_width, wrapped
        from needs_analytics.history.compare import compare_runs

        workspace = context.open_workspace()
        with workspace.store.reading() as moment:
            before, after = _asked(moment, month, other, revisions)
            found = compare_runs(moment, before, after)
        if as_json:
            print_json(_as_dict(found))
        else:
            context.say("explain.internal")
            for line in _lines(found, workspace.codebook.need_names(), context.language):
                click.echo(wrapped(line, console_width()))
        context.tell_next("history.diff.next", month=found.after[0])

    return diff


def _asked(store: Store, month: str, other: str, revisions: tuple[int, ...]) -> tuple[Run, Run]:
    """Return the two runs: two months, or two revisions of one, by default its last two."""
    from needs_analytics.core.month import Month
    from needs_analytics.history.months import named_run

    if len(revisions) not in {0, 2}:
        raise failure(UsageError, "diff_revisions")
    first = str(Month.parse(month))
    second = str(Month.parse(other)) if other else first
    if revisions:
        return (first, revisions[0]), (second, revisions[1])
    if second != first:
        return (first, None), (second, None)
    latest = int(named_run(store, first)["revision"])
    if latest == 1:
        raise failure(UsageError, "diff_one", month=first)
    return (first, latest - 1), (first, latest)


def _as_dict(found: Comparison) -> dict[str, Any]:
    frames = {name: getattr(found, name) for name in ("inputs", "context", "options", "versions", "needs", "gaps")}
    told = {name: None if frame is None else frame.to_dict("records") for name, frame in frames.items()}
    return {"before": found.before, "after": found.after, "same": found.same, **told, "elsewhere": found.elsewhere}


def _lines(found: Comparison, names: Mapping[str, str], language: str) -> Iterator[str]:
    def said(key: str, **details: object) -> str:
        return text(f"cli.history.diff.{key}", language, **details)

    (month, revision), (other, later) = found.before, found.after
    yield said("title", month=month, revision=revision, other=other, later=later)
    if found.same:
        yield said("same")
        return
    for name in ("inputs", "context", "options", "versions"):
        frame = getattr(found, name)
        yield said(name if len(frame) else f"no_{name}")
        for row in frame.to_dict("records"):
            yield _changed(row, said("nothing"), digest=name in {"inputs", "context"})
    for name, table in (("needs", "estimate"), ("gaps", "gap")):
        yield from _figures(getattr(found, name), name, names, language)
        if found.elsewhere[table]:
            yield said("elsewhere", count=found.elsewhere[table])


def _changed(row: Mapping[str, Any], nothing: str, *, digest: bool) -> str:
    name = row.get("file", row.get("name"))
    before, after = (nothing if row[when] == "" else _short(row[when], digest=digest) for when in ("before", "after"))
    return f"    {name}  {before} → {after}"


def _short(value: object, *, digest: bool) -> str:
    return str(value)[:_DIGITS] if digest else str(value)


def _figures(frame: pd.DataFrame | None, name: str, names: Mapping[str, str], language: str) -> Iterator[str]:
    def said(key: str, **details: object) -> str:
        return text(f"cli.history.diff.{key}", language, **details)

    if frame is None:
        yield said("purged")
        return
    columns = ("share", "persons") if name == "needs" else ("demand", "gap")
    pairs = [
        (row["need"], {f"{key}_{when}": told for when in _WHEN for key, told in _told(row, columns, when, language)})
        for row in frame.to_dict("records")
    ]
    seen = [(need, told) for need, told in pairs if _differs(told)]
    yield said(name if seen else f"no_{name}", count=len(seen))
    for need, told in seen[:_MOST]:
        yield said(f"row_{name}", need=names.get(need, need), **told)
    if len(seen) > _MOST:
        yield said("more", count=len(seen) - _MOST)
    if len(pairs) > len(seen):
        yield said("unseen", count=len(pairs) - len(seen))


def _told(row: Mapping[Any, Any], columns: tuple[str, ...], when: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield some figures of a row and its flag as they are printed."""
    yield from ((column, _figure(row[f"{column}_{when}"], share=column == "share")) for column in columns)
    yield "flag", _flag(row[f"flag_{when}"], language)


def _differs(told: Mapping[str, str]) -> bool:
    return any(figure != told[key.replace("_before", "_after")] for key, figure in told.items())


def _figure(value: float, *, share: bool) -> str:
    if math.isnan(value):
        return "—"
    return f"{value:.1%}" if share else f"{value:.0f}"


def _flag(word: object, language: str) -> str:
    return text(f"flag.{word}", language) if isinstance(word, str) and word else "—"
