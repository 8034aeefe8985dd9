"""How results look in a notebook: a title, what was counted, and the key table in the report's words.

Loaded with the first public name that is used. What stands here is internal: exact figures, no disclosure control.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from needs_analytics.core.codebook import Codebook
from needs_analytics.core.messages import catalogue, text
from needs_analytics.core.records import Cleaned, Intake, register_renderer
from needs_analytics.core.results import (
    PARTS,
    ActionPlan,
    Forecast,
    GapReport,
    MatchPlan,
    MonthResult,
    NeedsList,
    RunRecord,
    Segments,
    WeightDiagnostics,
    Weights,
)
from needs_analytics.reports.content.columns import columns
from needs_analytics.reports.content.other_tables import file_table
from needs_analytics.reports.content.sample import margin_name
from needs_analytics.reports.content.wording import Wording
from needs_analytics.reports.formats import NumberKind, interval_text
from needs_analytics.reports.tables import Column, Table
from needs_analytics.weights.diagnostics import sentences

if TYPE_CHECKING:
    import pandas as pd

    from needs_analytics.core.issue import Issue

MOST_ROWS = 10
_TOP_NEEDS = 4
_STAGES = ("demand", "covered", "eligible", "reachable", "served")


class Card(NamedTuple):
    """What a record shows: a title, lines of counts, and tables."""

    title: str
    lines: list[str]
    tables: list[Table]


def render_record(record: object, *, language: str = "zh") -> str:
    """Return a record as a fragment of HTML, everything escaped.

    Parameters
    ----------
    record
        A result of any stage.
    language
        ``zh`` or ``en``.

    Raises
    ------
    TypeError
        When the object is no record.
    """
    card = _card(record, _words(language))
    head = Markup("<p style='margin:4px 0'><strong>{}</strong></p>").format(card.title)
    lines = Markup("").join(Markup("<div>{}</div>").format(line) for line in card.lines if line)
    body = Markup("").join(_table_html(table, language) for table in card.tables if table.rows)
    return str(Markup("<div class='needs-analytics'>{}{}{}</div>").format(head, lines, body))


def _table_html(table: Table, language: str) -> Markup:
    """Return a table's first rows, numbers to the right, with a line on the rows left out."""
    sides = ["right" if column.number_kind else "left" for column in table.columns]
    shown = table.cells[:MOST_ROWS]
    head = _row("th", [column.label for column in table.columns], sides)
    rows = [_row("td", [c.text(v) for c, v in zip(table.columns, row, strict=True)], sides) for row in shown]
    more = len(table.cells) - len(shown)
    note = text("notebook.more", language, count=more) if more else ""
    body = Markup("").join(rows)
    return Markup("<table style='margin:6px 0'>{}{}</table><div>{}</div>").format(head, body, note)


def _row(tag: str, cells: list[str], sides: list[str]) -> Markup:
    cell = Markup("<{} style='text-align:{};padding:2px 8px;white-space:nowrap'>{}</{}>")
    made = (cell.format(tag, side, text, tag) for text, side in zip(cells, sides, strict=True))
    return Markup("<tr>{}</tr>").format(Markup("").join(made))


def _words(language: str) -> Wording:
    """Return the words with the packaged names; an office's own needs bring their names in the records themselves."""
    codebook = Codebook.default()
    return Wording(language, codebook.need_names(language), codebook.group_names(language), {}, {}, {})


@singledispatch
def _card(record: object, words: Wording) -> Card:
    raise TypeError(f"{type(record).__name__} is no record")


@_card.register
def _(record: Intake, words: Wording) -> Card:
    rows = {name: len(frame) for name, frame in record.tables.items() if len(frame)}
    sizes = words.say("list_comma").join(
        _say("table_rows", words, table=_table_name(name, words), rows=count) for name, count in rows.items()
    )
    sheets = record.sheets.assign(
        table=[_table_names(tables, words) for tables in record.sheets["tables"]], rows_in=record.sheets["rows"]
    )
    lines = [_say("sheets_read", words, sheets=len(sheets), files=sheets["file"].nunique()), sizes]
    table = _table("intake", sheets, "file sheet table rows_in", words)
    return Card(_title("intake", words, record.month.label(words.language)), [*lines, _doubts(record, words)], [table])


@_card.register
def _(record: Cleaned, words: Wording) -> Card:
    totals = {str(name): int(total) for name, total in record.counts.drop(columns=["file", "sheet"]).sum().items()}
    lines = [_say("rows", words, **totals), _doubts(record, words)]
    title = _title("cleaned", words, record.month.label(words.language))
    return Card(title, lines, [file_table(record, words)])


@_card.register
def _(record: Weights, words: Wording) -> Card:
    lines = [
        _status("weights", record, words),
        _say("sample", words, n=len(record.table), n_eff=record.n_eff, deff=record.deff) if len(record.table) else "",
        _say("population", words, population=record.population) if record.representative else "",
    ]
    margins = record.margins.sort_values("asmd_before", ascending=False) if len(record.margins) else record.margins
    return Card(_title("weights", words), lines, [_margins(margins, words)])


@_card.register
def _(record: WeightDiagnostics, words: Wording) -> Card:
    return Card(_title("weights", words), sentences(record, words.language), [_margins(record.balance, words)])


def _margins(margins: pd.DataFrame, words: Wording) -> Table:
    frame = margins.assign(
        margin=[margin_name(str(name), words) for name in margins.get("margin", [])],
        label=[words.margin_class(label) for label in margins.get("label", [])],
    )
    return _table("margins", frame, "margin label target before after n", words)


@_card.register
def _(record: Segments, words: Wording) -> Card:
    names = record.names()
    frame = record.profiles[record.profiles["segment"].isin(names)] if len(record.profiles) else record.profiles
    listed = [[words.need(code) for code in str(codes).split(";") if code] for codes in frame.get("top_needs", [])]
    frame = _with_interval(frame, "interval", "share").assign(
        name=frame.get("name" if words.language == "zh" else "name_en"),
        age=frame.get("age_median"),
        top_needs=[words.listed(needs, _TOP_NEEDS) for needs in listed],
    )
    lines = [_status("segments", record, words), _say("segments", words, count=len(names), n=len(record.table))]
    table = _table("segments", frame, "name share interval persons n age top_needs", words)
    return Card(_title("segments", words), lines, [table])


@_card.register
def _(record: NeedsList, words: Wording) -> Card:
    frame = _by_need(record.totals(), words).sort_values(["rank", "need"], kind="stable")
    flags = record.table["flag"].value_counts()
    counted = [
        _say("flag_count", words, flag=words.label("flag", flag), count=int(flags[flag])) for flag in flags.index
    ]
    lines = [
        _status("needs", record, words),
        _say("needs", words, needs=frame["need"].nunique(), rows=len(record.table)),
        words.say("list_comma").join(counted),
    ]
    frame = frame.assign(rank_interval=_intervals(frame, "rank"), tier=_labelled("tier", frame["tier"], words))
    shown = "rank need share interval persons persons_interval n rank_interval tier flag"
    frame = _with_interval(_with_interval(frame, "interval", "share"), "persons_interval", "persons")
    return Card(_title("needs", words), lines, [_table("needs", frame, shown, words)])


@_card.register
def _(record: MatchPlan, words: Wording) -> Card:
    lines = [_status("plan", record, words)]
    frame = record.cells
    if len(frame):
        frame = frame.groupby("need")[list(_STAGES)].sum().sort_values("demand", ascending=False).reset_index()
        sums = {str(name): float(total) for name, total in frame[list(_STAGES)].sum().items()}
        lines.append(_say("plan", words, **sums))
    frame = frame.assign(need=[words.need(code) for code in frame.get("need", [])])
    named = [Column(stage, _say(f"column_{stage}", words), "integer") for stage in _STAGES]
    shown = [*columns("need", words), *named]
    table = Table.from_frame("plan", "", frame, shown) if len(frame) else Table("plan", "", shown, [])
    return Card(_title("plan", words), lines, [table])


@_card.register
def _(record: GapReport, words: Wording) -> Card:
    frame = _by_need(record.at("district"), words).sort_values("gap", ascending=False, kind="stable")
    frame = _with_interval(frame, "gap_interval", "gap").assign(cause=_labelled("part", frame["cause"], words))
    shown = f"need demand {' '.join(PARTS)} gap gap_interval p_short cause flag"
    lines = [_status("gaps", record, words), _say("gaps", words, needs=len(frame), rows=len(record.table))]
    return Card(_title("gaps", words), lines, [_table("gaps", frame, shown, words)])


@_card.register
def _(record: ActionPlan, words: Wording) -> Card:
    frame = _by_need(record.table, words)
    frame = frame.assign(
        kind=[words.say(f"kind.{kind}") for kind in frame["kind"]],
        service=frame["service_name"],
        gain=frame["persons"],
    )
    lines = [_say("actions", words, count=len(frame))]
    return Card(
        _title("actions", words),
        lines,
        [_table("actions", frame, "kind need service site community gain units unit", words)],
    )


@_card.register
def _(record: Forecast, words: Wording) -> Card:
    frame = record.table
    frame = frame.assign(
        forecast_interval=_ends(frame, "low", "high", "integer"),
        model=[words.say(f"word.{model}") for model in frame["model"]],
    )
    shown = "service site month point forecast_interval model"
    return Card(_title("outlook", words), [_status("outlook", record, words)], [_table("outlook", frame, shown, words)])


@_card.register
def _(record: RunRecord, words: Wording) -> Card:
    counted = {name: record.counts[name] for name in ("rows_in", "kept", "merged", "returned") if name in record.counts}
    lines = [_say("rows", words, **counted), _say("digest", words, digest=record.digest[:16])]
    frame = record.inputs.assign(rows_in=record.inputs["rows"])
    title = _title("run", words, f"{record.workspace} {record.month}")
    return Card(title, lines, [_table("run", frame, "month file rows_in", words)])


@_card.register
def _(record: MonthResult, words: Wording) -> Card:
    parts = [_card(part, words) for part in (record.cleaned, record.needs, record.gaps)]
    cleaned, needs, gaps = parts
    title = _title("month", words, f"{record.workspace} {record.month.label(words.language)}")
    lines = [*cleaned.lines[:1], _doubts(record, words), *needs.lines[:1], *gaps.lines[:1], _say("internal", words)]
    return Card(title, lines, [*needs.tables, *gaps.tables])


def _title(name: str, words: Wording, detail: str = "") -> str:
    title = _say(f"title_{name}", words)
    return f"{title} · {detail}" if detail else title


def _say(name: str, words: Wording, /, **details: object) -> str:
    return text(f"notebook.{name}", words.language, **details)


def _status(kind: str, record: object, words: Wording) -> str:
    """Return what a status means, the status itself where there are no words for it."""
    status = str(getattr(record, "status", ""))
    return catalogue(words.language).get(f"notebook.status_{kind}.{status}", status)


def _doubts(record: Intake | Cleaned | MonthResult, words: Wording) -> str:
    issues: tuple[Issue, ...] = record.issues
    errors = sum(issue.severity == "error" for issue in issues)
    warnings = sum(issue.severity == "warning" for issue in issues)
    return _say("issues", words, errors=errors, warnings=warnings)


def _table_name(table: str, words: Wording) -> str:
    return text(f"table.{table}", words.language)


def _table_names(tables: object, words: Wording) -> str:
    return words.say("list_comma").join(_table_name(name, words) for name in str(tables).split("+") if name)


def _table(name: str, frame: pd.DataFrame, shown: str, words: Wording) -> Table:
    present = columns(shown, words)
    if frame.empty:
        return Table(name, "", present, [])
    return Table.from_frame(name, "", frame, present)


def _by_need(frame: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return rows with the needs' names and printed flags."""
    names = {} if words.language == "zh" else words.needs
    return frame.assign(
        need=[names.get(code, name) for code, name in zip(frame["need"], frame["need_name"], strict=True)],
        flag=_labelled("flag", frame["flag"], words),
    )


def _labelled(section: str, values: pd.Series, words: Wording) -> list[str]:
    return [words.label(section, value) for value in values]


def _with_interval(frame: pd.DataFrame, name: str, of: str) -> pd.DataFrame:
    return frame.assign(**{name: _intervals(frame, of)})


def _intervals(frame: pd.DataFrame, of: str) -> list[Any]:
    return _ends(frame, f"{of}_low", f"{of}_high", "share" if of == "share" else "integer")


def _ends(frame: pd.DataFrame, low: str, high: str, kind: NumberKind) -> list[Any]:
    """Return intervals in words; ``None`` where an end is missing."""
    if frame.empty:
        return []
    return [interval_text(*ends, kind) for ends in zip(frame[low], frame[high], strict=True)]


for _kind in (
    Intake,
    Cleaned,
    Weights,
    WeightDiagnostics,
    Segments,
    NeedsList,
    MatchPlan,
    GapReport,
    ActionPlan,
    Forecast,
    RunRecord,
    MonthResult,
):
    register_renderer(_kind, render_record)
