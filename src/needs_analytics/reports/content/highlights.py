"""The first page: at most ten lines, each linked to the cell it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.results import ALL
from needs_analytics.reports.content.disclose import rounded_effective
from needs_analytics.reports.content.older import older_answers, rests_on_older
from needs_analytics.reports.content.other_tables import place_of
from needs_analytics.reports.content.rates import furthest_behind, rates_told
from needs_analytics.reports.content.sections import Material, issue_counts, told_rows
from needs_analytics.reports.content.untold import untold
from needs_analytics.reports.document import Highlight, Link
from needs_analytics.reports.formats import interval_text, number_text

if TYPE_CHECKING:
    import pandas as pd

_MOST, _ACTIONS = 10, 2


def highlights(m: Material) -> list[Highlight]:
    """Return the lines of the first page."""
    limits = [Highlight(sentence) for sentence in untold(m.result, m.words)]
    first = [*_sample(m), *limits, *_needs(m), *_gaps(m), *_use(m), *_equity(m), *_referred(m), *_change(m)]
    last = [*_action(m), *_data(m)]  # what to do next, and what the figures rest on, are always said
    return [*first[: _MOST - len(last)], *last]


def _sample(m: Material) -> list[Highlight]:
    result, words = m.result, m.words
    n = len(result.cleaned.survey)
    if not n:
        return [Highlight(words.say("text.no_answers"))]
    link = next((Link(name) for name in ("conclusions", "files") if name in m.tables), None)
    if rests_on_older(result):
        return [Highlight(older_answers(result, words), link)]
    if not result.weights.representative:
        return [Highlight(words.say("highlight.answers_plain", n=n), link)]
    communities = result.cleaned.survey["community"].nunique()
    return [
        Highlight(
            words.say("highlight.answers", n=n, communities=communities, n_eff=rounded_effective(result.weights.n_eff)),
            link,
        )
    ]


def _needs(m: Material) -> list[Highlight]:
    words, totals = m.words, m.totals
    if totals.empty:
        n = len(m.result.cleaned.survey)
        return [Highlight(words.say("text.none_published", n=n))] if n else []
    items = [
        f"{row['need']}{words.say('bracketed', text=number_text(row['share'], 'share') + words.care(row['flag_code']))}"
        for _, row in totals.head(4).iterrows()
    ]
    lines = [
        Highlight(
            words.say(m.key_of_top("highlight.top", 4), list=words.listed(items, 4)),
            _row(m, "needs", "need", totals["need"].iloc[0], "share"),
        )
    ]
    must, top = m.surely_first, m.result.options.needs.top
    if must:
        key = "must_tied" if len(must) > top else "must"
        sentence = words.say(f"highlight.{key}", top=top, count=len(must), list=words.listed(must, 6))
        lines.append(Highlight(sentence, _row(m, "needs", "need", must[0], "tier")))
    return lines


def _gaps(m: Material) -> list[Highlight]:
    words, rows = m.words, m.gap_totals
    if rows.empty:
        return []
    first = rows.iloc[0]
    if not first["gap"] > 0:
        return [Highlight(words.say("text.gap_none", count=len(rows)), _row(m, "gaps", "need", first["need"], "gap"))]
    sentence = words.say(
        "highlight.gap",
        need=first["need"],
        gap=int(first["gap"]),
        interval=first["gap_interval"],
        care=words.care(first["flag_code"]),
        cause=first["cause"],
    )
    lines = [Highlight(sentence, _row(m, "gaps", "need", first["need"], "gap"))]
    none = list(rows.loc[rows["cause_code"] == "no_service", "need"])
    if none:
        lines.append(
            Highlight(
                words.say("highlight.no_service", count=len(none), list=words.listed(none, 5)),
                _row(m, "lacking", "need", none[0], "lacking"),
            )
        )
    return lines


def _use(m: Material) -> list[Highlight]:
    services, words = m.result.gaps.services, m.words
    if services.empty or "services" not in m.tables:
        return []
    lines = []
    for name, rows in (("full", m.crowded()), ("idle", m.idle())):
        if len(rows):
            names = [place_of(*pair, words) for pair in zip(rows["service_name"], rows["site"], strict=True)]
            lines.append(
                Highlight(
                    words.say(f"highlight.{name}", list=words.listed(names, 3)),
                    _site(m, rows.iloc[0]),
                )
            )
    return lines


def _site(m: Material, row: pd.Series) -> Link:
    table = m.tables["services"]
    service, site, column = table.column_index("service"), table.column_index("site"), "utilisation"
    for position, cells in enumerate(table.rows):
        if cells[service] == row["service_name"] and cells[site] in {row["site"], m.words.say("word.all_services")}:
            return Link("services", position, column)
    return Link("services")


def _equity(m: Material) -> list[Highlight]:
    rows, worse = rates_told(m.result), furthest_behind(m.result)
    if worse.empty or "equity" not in m.tables:
        return []
    words, first, everyone = m.words, worse.iloc[0], rows[rows["group"] == ALL].iloc[0]
    sentence = words.say(
        "highlight.equity",
        group=words.groups.get(first["group"], first["group"]),
        rate=number_text(first["gap_rate"], "share"),
        interval=f"{interval_text(first['gap_rate_low'], first['gap_rate_high'])}{words.care(first['flag'])}",
        overall=number_text(everyone["gap_rate"], "share"),
    )
    return [
        Highlight(sentence, _row(m, "equity", "group", words.groups.get(first["group"], first["group"]), "gap_rate"))
    ]


def _referred(m: Material) -> list[Highlight]:
    if "referred" not in m.tables:
        return []
    names = [str(row[0]) for row in told_rows(m.tables["referred"], "share")]
    if not names:
        return []
    return [Highlight(m.words.say("highlight.referred", list=m.words.leading(names, 4)), Link("referred", 0, "share"))]


def _change(m: Material) -> list[Highlight]:
    words = m.words
    if "changes" not in m.tables:
        return []
    moved = m.changes[m.changes["change"].isin(["明显上升", "明显下降"])]
    items = [
        words.need(row.need) + words.say("bracketed", text=words.label("verdict", row.change))
        for row in moved.itertuples()
    ]
    sentence = (
        words.say("highlight.change", list=words.listed(items, 4)) if items else words.say("highlight.change_none")
    )
    if m.uncompared:
        sentence += words.say("highlight.uncompared", count=len(m.uncompared))
    return [Highlight(sentence, Link("changes"))]


def _action(m: Material) -> list[Highlight]:
    if "actions" not in m.tables:
        return []
    table = m.tables["actions"]
    column = table.column_index("action")
    listed = [str(row[column]) for row in table.rows[:_ACTIONS]]
    sentence = m.words.say("highlight.action", action=m.words.say("list_semicolon").join(listed))
    return [Highlight(sentence, Link("actions", 0, "action"))]


def _data(m: Material) -> list[Highlight]:
    counts = issue_counts(m.result)
    return (
        [Highlight(m.words.say("highlight.data", **counts), Link("issues") if "issues" in m.tables else None)]
        if sum(counts.values())
        else []
    )


def _row(m: Material, table: str, column: str, value: object, cell: str) -> Link | None:
    if table not in m.tables:
        return None
    found = m.tables[table]
    position = found.column_index(column)
    row = next((place for place, cells in enumerate(found.rows) if cells[position] == value), None)
    return Link(table, row, cell) if row is not None else Link(table)
