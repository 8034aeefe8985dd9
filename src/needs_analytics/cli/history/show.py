"""``needs history show``: what was issued of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from needs_analytics.cli.context import Context, help_text, print_json
from needs_analytics.cli.wrapping import cell_width, console_width, wrapped
from needs_analytics.core.messages import catalogue, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from needs_analytics.history.months import IssuedMonth

_TOP, _COLUMNS, _DIGITS = 5, 8, 12


def command(language: str) -> click.Command:
    """Return the command in a language."""

    @click.command("show", help=help_text("history.show", language))
    @click.argument("month", metavar=text("cli.metavar_month", language))
    @click.option("--revision", type=int, help=text("cli.history.show.revision", language))
    @click.option("--json", "as_json", is_flag=True, help=text("cli.option_json", language))
    @click.pass_obj
    def show(context: Context, month: str, revision: int | None, *, as_json: bool) -> None:
        from dataclasses import asdict

        from needs_analytics.core.month import Month
        from needs_analytics.history.months import issued_month

        workspace = context.open_workspace()
        issued = issued_month(workspace.store, Month.parse(month), revision, root=workspace.path)
        if as_json:
            print_json(asdict(issued) | {"files": issued.files.to_dict("records")})
        else:
            for line in _lines(issued, context.language):
                click.echo(wrapped(line, console_width()))
        step = "next_diff" if issued.latest > 1 else "next"
        context.tell_next(f"history.show.{step}", month=issued.month)

    return show


def _lines(issued: IssuedMonth, language: str) -> Iterator[str]:
    from needs_analytics.history.months import input_label

    def said(key: str, **details: object) -> str:
        return text(f"cli.history.show.{key}", language, **details)

    record = issued.record
    latest = "latest" if issued.revision == issued.latest else "superseded"
    yield said(latest, month=issued.month, revision=issued.revision, latest=issued.latest)
    if issued.purged:
        yield said("purged")
    if issued.overtaken:
        yield said("overtaken", months=issued.overtaken)
    yield said("inputs")
    for each in record.get("inputs", ()):
        yield said("input", file=input_label(record, each), digest=each["digest"][:_DIGITS], rows=each.get("rows", "—"))
    context = {name: f"{digest[:_DIGITS]}…" for name, digest in record.get("context", {}).items()}
    yield from _pairs(said("context"), said("none"), context)
    yield from _rests_on(issued, language)
    yield from _pairs(said("options"), said("none"), record.get("options", {}))
    yield from _pairs(said("versions"), said("none"), record.get("versions", {}))
    words = catalogue(language)
    counts = {words.get(f"counts.{name}", name): number for name, number in record.get("counts", {}).items()}
    yield from _pairs(said("counts"), said("none"), counts)
    if record.get("stages"):
        yield said("stages")
        yield from _stages(record["stages"], language)
    titles = {f"{code} {text(f'issue.{code}.title', language)}" if f"issue.{code}.title" in words else code: times
              for code, times in record.get("issues", {}).items()}  # fmt: skip
    yield from _pairs(said("issues"), said("none"), titles)
    yield said("files")
    for row in issued.files.to_dict("records"):
        state = said(f"state_{row['state']}")
        yield said("file", state=state, file=row["path"], digest=row["digest"][:_DIGITS])
    yield from _printed(issued, language)


def _rests_on(issued: IssuedMonth, language: str) -> Iterator[str]:
    """Yield which runs of earlier months it rests on and whether those were issued again since."""
    rests = issued.record.get("rests_on")
    if rests:
        yield text("cli.history.show.rests_on", language)
    for each in rests or ():
        used = ("、" if language == "zh" else ", ").join(
            text(f"cli.history.show.used_{name}", language) for name in each["used"]
        )
        since = text("cli.history.show.rest_since", language) if each["month"] in issued.overtaken else ""
        yield text(
            "cli.history.show.rest", language, month=each["month"], revision=each["revision"],
            digest=each["digest"][:_DIGITS], used=used, since=since,
        )  # fmt: skip


def _pairs(title: str, none: str, told: Mapping[str, Any]) -> Iterator[str]:
    yield (
        title + ("；" if "：" in title else "; ").join(f"{name} {value}" for name, value in told.items())
        if told
        else title + none
    )


def _stages(stages: Mapping[str, Mapping[str, Mapping[str, int]]], language: str) -> Iterator[str]:
    """Yield a line for each stage, in the order of the month: what went in, and what came out."""
    from needs_analytics.core.results import STAGES

    words = catalogue(language)
    comma, none = ("、" if language == "zh" else ", "), text("cli.history.show.none", language)

    def told(counts: Mapping[str, int]) -> str:
        names = (
            (words.get(f"stage_count.{name}") or words.get(f"table.{name}", name), n) for name, n in counts.items()
        )
        return comma.join(f"{name} {n}" for name, n in names) or none

    for stage in STAGES:
        if stage in stages:
            given, made = (told(stages[stage][side]) for side in ("in", "out"))
            yield text(
                "cli.history.show.stage", language, stage=text(f"stage.{stage}", language), given=given, made=made
            )


def _printed(issued: IssuedMonth, language: str) -> Iterator[str]:
    """Yield the top of the needs list and of the gaps as the report printed them."""
    tables = issued.tables.get(language) or next(iter(issued.tables.values()), ())
    for table in tables:
        if table["id"] in {"needs", "gaps"}:
            yield text("cli.history.show.table", language, caption=table["caption"], rows=len(table["rows"]), top=_TOP)
            yield from _grid([table["columns"], *table["rows"][:_TOP]])


def _grid(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their columns aligned: the first ones, and the flag with its reason."""
    last = len(rows[0]) - 2
    kept = [at for at in range(len(rows[0])) if at < _COLUMNS or at >= last]
    widths = [max(sum(map(cell_width, row[at])) for row in rows) for at in kept]
    for row in rows:
        cells = [
            row[at] + " " * (width - sum(map(cell_width, row[at]))) for at, width in zip(kept, widths, strict=True)
        ]
        yield f"    {'  '.join(cells)}".rstrip()
