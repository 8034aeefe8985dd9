"""How a number came about: formula, sample, weights, source files and rows. Exact, for internal use."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from needs_analytics.core.messages import catalogue, failure, text
from needs_analytics.core.results import ALL, PARTS
from needs_analytics.core.wording import key as compared
from needs_analytics.errors import UsageError
from needs_analytics.reports.content.sample import UNKNOWN_CLASS, among_known

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from needs_analytics.core.arrays import Floats, Ints
    from needs_analytics.core.results import MonthResult

_SHOWN_ROWS = 12
_NEEDED, _PERSON = "需要", "人"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A number explained.

    Attributes
    ----------
    title, formula
        What it is and how it is computed.
    values, sources
        Lines with the figures and with the cells they come from.
    """

    title: str
    formula: str
    values: tuple[str, ...]
    sources: tuple[str, ...]
    language: str = "zh"

    def as_text(self) -> str:
        """Return the explanation as plain text."""
        words = {name: text(f"explain.{name}", self.language) for name in ("formula", "values", "sources")}
        parts = [
            self.title,
            f"{words['formula']}: {self.formula}",
            f"{words['values']}:",
            *(f"  {line}" for line in self.values),
        ]
        if self.sources:
            parts += [f"{words['sources']}:", *(f"  {line}" for line in self.sources)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        return f"<pre style='white-space:pre-wrap'>{escape(self.as_text())}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain values."""
        return {
            "title": self.title,
            "formula": self.formula,
            "values": list(self.values),
            "sources": list(self.sources),
        }


def explain_number(result: MonthResult, key: str, *, language: str = "zh") -> Explanation:
    """Explain one number of a month.

    Parameters
    ----------
    result
        What :func:`needs_analytics.run_month` gave.
    key
        ``need:需求[:社区[:网格]]``, ``gap:需求[:社区[:网格]]``, ``service:服务[:服务点]`` or ``weights``.
    language
        ``zh`` or ``en``.

    Returns
    -------
    Explanation
        Formula, figures and the rows they come from; ``.as_text()`` is what ``needs explain`` prints.

    Raises
    ------
    UsageError
        When the key or a name in it is not known; with the nearest known ones.
    """
    kind, *names = [part.strip() for part in key.replace("：", ":").split(":")]
    if kind == "weights" and not names:
        return _weights(result, language)
    if kind in {"need", "gap"} and 1 <= len(names) <= 3:
        need = _find_need(result, names[0])
        community, grid = _find_place(result, names[1:])
        return (_need if kind == "need" else _gap)(result, need, community, grid, language)
    if kind == "service" and 1 <= len(names) <= 2:
        return _service(result, names, language)
    raise failure(UsageError, "explain_key", key=key, examples=text("error.comma", language).join(example_keys(result)))


def example_keys(result: MonthResult) -> list[str]:
    """Return a key of each kind that the month has a number for."""
    needs, gaps, menu = result.needs.table, result.gaps.table, result.cleaned.menu
    keys = []
    if len(needs):
        first = needs[(needs["community"] != ALL) & (needs["segment"] == ALL) & (needs["group"] == ALL)].head(1)
        keys += [f"need:{name}:{place}" for name, place in zip(first["need_name"], first["community"], strict=True)]
    keys += [f"gap:{name}" for name in gaps["need_name"].head(1)] if len(gaps) else []
    keys += [f"service:{name}" for name in menu["name"].head(1)] if len(menu) else []
    return [*keys, "weights"]


def _need(result: MonthResult, need: str, community: str, grid: str, language: str) -> Explanation:
    row = _row(result.needs.table, need, community, grid)
    name = str(row["need_name"])
    method = str(row["method"])
    formula = {"composite": "composite_formula", "rank_only": "ranked_formula"}.get(method, "needed_formula")
    lines = [_say("share", language, share=row["share"], low=row["share_low"], high=row["share_high"])]
    if np.isfinite(row["persons"]):
        lines.append(
            _say(
                "persons",
                language,
                persons=row["persons"],
                low=row["persons_low"],
                high=row["persons_high"],
                population=row["population"],
            )
        )
    lines.append(_say("sample", language, n=int(row["n"]), yes=int(row["n_yes"]), n_eff=row["n_eff"]))
    if np.isfinite(row["direct_share"]):
        lines.append(_say("direct", language, share=row["direct_share"], se=row["direct_se"]))
    flag, how = (_word(place, language) for place in (f"flag.{row['flag']}", f"report.word.{method}"))
    lines.append(_say("flag", language, flag=flag + _reasons(row, result, language), method=how))
    rows, weights = _answers(result, need, community, grid, method)
    if len(weights):
        lines.append(_say("weight_range", language, low=weights.min(), middle=np.median(weights), high=weights.max()))
    sources = [*_dictionary(result, need, rows, method, language), *_places(rows, language)]
    return Explanation(
        _say("needed_title", language, need=name, place=_place(community, grid, language)),
        _say(formula, language),
        tuple(lines),
        tuple(sources),
        language,
    )


def _reasons(row: pd.Series, result: MonthResult, language: str) -> str:
    """Return in brackets why an estimate is not 可发布."""
    options = result.options
    details = {"least": f"{options.needs.least_n_eff:g}", "threshold": options.disclosure.threshold}
    told = [text(f"reason.{code}", language, **details) for code in str(row["flag_reason"]).split(";") if code]
    return text("report.bracketed", language, text=text("error.comma", language).join(told)) if told else ""


def _gap(result: MonthResult, need: str, community: str, grid: str, language: str) -> Explanation:
    row = _row(result.gaps.table, need, community, grid)
    cells = result.matches.cells
    inside = _within(cells[cells["need"] == need], community, grid)
    sums = {str(name): value for name, value in inside[["covered", "eligible", "reachable", "served"]].sum().items()}
    unknown = _say("unknown", language)
    used = f"{row['used_persons']:,.1f}" if np.isfinite(row["used_persons"]) else unknown
    lines = [_say("demand_line", language, demand=row["demand"], used=used, **sums)]
    for part in (*PARTS, "unknown_use"):
        figure = row[part]
        label = text(f"part.{part}", language)
        lines.append(
            _say("part_line", language, part=label, persons=figure) if np.isfinite(figure) else f"{label} {unknown}"
        )
    cause = text(f"part.{row['cause']}", language) if row["cause"] else "—"
    lines.append(
        _say(
            "gap_line",
            language,
            gap=row["gap"],
            low=row["gap_low"],
            high=row["gap_high"],
            rate=row["gap_rate"],
            cause=cause,
        )
    )
    if np.isfinite(row["p_short"]):
        lines.append(_say("short_line", language, p=row["p_short"], capacity=row["capacity_persons"]))
    lines += _plan(result, need, community, grid, language)
    rows, _ = _answers(result, need, community, grid, "direct")
    services = sorted(set(result.matches.sinks["service"]) & _serving(result, need))
    supply = result.cleaned.supply[result.cleaned.supply["service"].isin(services)]
    usage = result.cleaned.usage[result.cleaned.usage["service"].isin(services)]
    sources = [*_places(rows, language), *_places(supply, language), *_places(usage, language)]
    return Explanation(_say("gap_title", language, need=row["need_name"], place=_place(community, grid, language)),
                       _say("gap_formula", language), tuple(lines), tuple(sources), language)  # fmt: skip


def _service(result: MonthResult, names: list[str], language: str) -> Explanation:
    menu = result.cleaned.menu
    known = {
        compared(str(value)): str(service)
        for service, name in zip(menu["service"], menu["name"], strict=True)
        for value in (name.split("(")[0], service, name)
    }
    service = known.get(compared(names[0])) or _missing(
        "explain_service", names[0], [str(name) for name in menu["name"]]
    )
    services = result.gaps.services
    rows = services[services["service"] == service]
    if len(names) == 2:
        sites = {compared(str(site)): str(site) for site in rows["site"]}
        site = sites.get(compared(names[1])) or _missing("explain_place", names[1], list(rows["site"]))
        rows = rows[rows["site"] == site]
    lines = [_offer(row, language) for row in rows.to_dict("records")]
    cleaned = result.cleaned
    parts = [frame[frame["service"] == service] for frame in (menu, cleaned.supply, cleaned.usage)]
    sources = [line for part in parts for line in _places(part, language)]
    name = str(menu.loc[menu["service"] == service, "name"].iloc[0])
    return Explanation(
        _say("service_title", language, service=name),
        _say("service_formula", language),
        tuple(lines),
        tuple(sources),
        language,
    )


def _offer(row: dict[Any, Any], language: str) -> str:
    unknown = _say("unknown", language)
    line = _say(
        "offer_line",
        language,
        site=row["site"] or _say("no_site", language),
        capacity=row["capacity"],
        unit=row["unit"],
        uses=row["uses_per_person"],
        persons=row["capacity_persons"],
        used=f"{row['used_units']:,.0f}" if np.isfinite(row["used_units"]) else unknown,
        rate=f"{row['utilisation']:.0%}" if np.isfinite(row["utilisation"]) else unknown,
    )
    notes = [
        name
        for name, known in (("capacity_assumed", row["capacity_known"]), ("frequency_assumed", row["frequency_known"]))
        if not known
    ]
    return line + "".join(_say(note, language) for note in notes)


def _weights(result: MonthResult, language: str) -> Explanation:
    weights = result.weights
    population = f"{weights.population:,.0f}" if np.isfinite(weights.population) else _say("unknown", language)
    lines = [
        _say(
            "status_line",
            language,
            status=_say(f"status_{weights.status}", language),
            n=len(weights.table),
            deff=weights.deff,
            n_eff=weights.n_eff,
            population=population,
        )
    ]
    names = result.cleaned.codebook.group_names(language)
    margins = weights.margins.assign(  # as the report prints them: the population has nobody of unknown class
        **{name: among_known(weights.margins, name) for name in ("target", "before", "after") if len(weights.margins)}
    )
    for row in margins.to_dict("records"):
        margin = names.get(str(row["margin"]).removeprefix("group:")) or _word(f"report.word.{row['margin']}", language)
        line = "margin_unknown" if row["label"] == UNKNOWN_CLASS else "margin_line"
        lines.append(_say(line, language, **{str(key): row[key] for key in row} | {"margin": margin}))
    return Explanation(_say("weights_title", language), _say("weights_formula", language), tuple(lines),
                       tuple(_places(result.cleaned.register, language)), language)  # fmt: skip


def _row(table: pd.DataFrame, need: str, community: str, grid: str) -> pd.Series:
    rows = table[
        (table["need"] == need)
        & (table["community"] == community)
        & (table["grid"] == grid)
        & (table["segment"] == ALL)
    ]
    if "group" in rows:
        rows = rows[rows["group"] == ALL]
    if rows.empty:
        names = dict(zip(table["need"], table["need_name"], strict=True))
        raise failure(
            UsageError,
            "explain_need",
            name=names.get(need, need),
            near="、".join(sorted(set(names.values()))[:5]) or "—",
        )
    return rows.iloc[0]


def _answers(result: MonthResult, need: str, community: str, grid: str, method: str) -> tuple[pd.DataFrame, Floats]:
    """Return the answers behind a number, with their weights: those of the place whose answer is known."""
    column = f"{'rank' if method == 'rank_only' else 'need'}:{need}"
    people = result.weights.table[["answer_id", "weight"]].merge(result.cleaned.survey, on="answer_id")
    if column not in people:
        return people.iloc[:0], np.zeros(0)
    rows = people[people[column].notna()]
    if community != ALL:
        rows = rows[rows["community"] == community]
    if grid != ALL and method != "composite":
        rows = rows[rows["grid"] == grid]
    return rows, rows["weight"].to_numpy(float)


def _dictionary(result: MonthResult, need: str, rows: pd.DataFrame, method: str, language: str) -> list[str]:
    questions = result.cleaned.questions
    measured = (questions["sense"] == _NEEDED) & (questions["unit"] == _PERSON)
    questions = questions[
        (questions["need"] == need)
        & questions["office"].isin(set(rows["office"]))
        & (measured | (method == "rank_only"))
    ]
    return [
        _say(
            "dictionary",
            language,
            office=office,
            wording=wording,
            kind=part["kind"].iloc[0],
            sense=part["sense"].iloc[0],
            blank=part["blank"].iloc[0],
            options="、".join(part["option"].astype(str)),
        )
        for (office, wording), part in questions.groupby(["office", "wording"])
    ]


def _places(rows: pd.DataFrame, language: str) -> list[str]:
    """List files, sheets and rows, runs of rows shortened."""
    return [
        _say("rows", language, file=file, sheet=sheet, count=len(part), rows=_runs(part["row"].to_numpy(int)))
        for (file, sheet), part in rows.groupby(["file", "sheet"])
    ]


def _runs(rows: Ints) -> str:
    ordered = np.unique(rows)
    breaks = np.flatnonzero(np.diff(ordered) > 1) + 1
    runs = [f"{part[0]}" if len(part) == 1 else f"{part[0]}–{part[-1]}" for part in np.split(ordered, breaks)]
    return "、".join(runs[:_SHOWN_ROWS]) + ("…" if len(runs) > _SHOWN_ROWS else "")


def _plan(result: MonthResult, need: str, community: str, grid: str, language: str) -> list[str]:
    plan = result.matches.table
    plan = _within(plan[plan["need"] == need], community, grid)
    names = result.cleaned.menu.drop_duplicates("service").set_index("service")["name"]
    sums = plan.groupby(["service", "site", "unit"])[["persons", "units"]].sum().reset_index()
    return [
        _say(
            "plan_line",
            language,
            service=names.get(row.service, row.service),
            site=row.site or _say("no_site", language),
            persons=row.persons,
            units=row.units,
            unit=row.unit,
        )
        for row in sums.itertuples()
    ]


def _within(frame: pd.DataFrame, community: str, grid: str) -> pd.DataFrame:
    """Return the rows of a place."""
    frame = frame[frame["community"] == community] if community != ALL else frame
    return frame[frame["grid"] == grid] if grid != ALL else frame


def _serving(result: MonthResult, need: str) -> set[str]:
    menu = result.cleaned.menu
    return {
        service
        for service, needs in zip(menu["service"], menu["needs"], strict=True)
        if need in (needs or "").split(";")
    }


def _find_need(result: MonthResult, name: str) -> str:
    table = result.needs.table.drop_duplicates("need")
    known = {compared(str(value)): str(row.need) for row in table.itertuples() for value in (row.need, row.need_name)}
    short = {compared(word.split("（")[0]): need for word, need in zip(table["need_name"], table["need"], strict=True)}
    synonyms = result.cleaned.codebook.needs["synonyms"].str.split("|")
    spoken = {
        compared(word): str(need)
        for need, words in synonyms.items()
        if need in set(known.values())
        for word in words
        if word
    }
    return (
        known.get(compared(name))
        or short.get(compared(name))
        or spoken.get(compared(name))
        or _missing("explain_need", name, [str(n) for n in table["need_name"]])
    )


def _find_place(result: MonthResult, names: list[str]) -> tuple[str, str]:
    places = result.needs.places
    if not names or names[0] == ALL:
        return ALL, ALL
    community = _like(names[0], places["community"].unique())
    if len(names) == 1:
        return community, ALL
    return community, _like(names[1], places.loc[places["community"] == community, "grid"].unique())


def _like(name: str, known: Iterable[str]) -> str:
    """Return the known place a name means, with or without what it is (和平 for 和平社区)."""
    choices = [str(place) for place in known]
    exact = [place for place in choices if compared(place) == compared(name)]
    part = [place for place in choices if compared(name) in compared(place)]
    return (exact or (part if len(part) == 1 else []) or [_missing("explain_place", name, choices)])[0]


def _missing(code: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.1) or known[:3]
    raise failure(UsageError, code, name=name, near="、".join(near) or "—")


def _place(community: str, grid: str, language: str) -> str:
    if community == ALL:
        return _say("whole", language)
    return community if grid == ALL else f"{community}{grid}"


def _word(name: str, language: str) -> str:
    """Return the printed form of a stored word; the word itself where there is none, as for Chinese flags."""
    return catalogue(language).get(name, name.rpartition(".")[2])


def _say(name: str, language: str, **details: object) -> str:
    return text(f"explain.{name}", language, **details)
