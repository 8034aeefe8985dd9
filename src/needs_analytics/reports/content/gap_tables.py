"""Tables of the supply-gap report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL, PARTS
from needs_analytics.gaps.parts import GAP, largest_cause
from needs_analytics.reports.content.columns import columns
from needs_analytics.reports.content.disclose import (
    blanked,
    hidden_where,
    public_counts,
    public_gaps,
    public_use,
    rounded_persons,
    too_few,
    without_few_users,
)
from needs_analytics.reports.content.rates import public_rates
from needs_analytics.reports.formats import HIDDEN, UNKNOWN, interval_text
from needs_analytics.reports.tables import Emphasis, Table

if TYPE_CHECKING:
    from needs_analytics.core.options import Options
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

_PLACES = 20
TELLING = (
    "demand",
    *PARTS,
    "unknown_use",
    "used_other",
    "gap",
    "gap_interval",
    "gap_rate",
    "p_short",
    "capacity_persons",
    "used_persons",
    "quadrant",
    "cause",
    "n",
)


def gap_tables(result: MonthResult, words: Wording) -> list[Table]:
    """Return the gap tables: by need, where the demand goes, by community, segment and grid, by group, and reach."""
    if result.gaps.table.empty:
        return []
    shown = printable_gaps(result, words)
    whole = shown["segment_code"] == ALL
    district, upper = shown["community_code"] == ALL, shown["grid"] == ALL
    rounded, persons = words.say("note.rounded"), words.say("note.persons")
    split = words.say("text.parts_note_averaged" if result.options.gaps.average_orders else "text.parts_note")
    steps = words.steps(result.weights.population, result.options.disclosure.base)
    tables = [
        _table(
            "gaps",
            shown[whole & district],
            "need demand gap gap_interval gap_rate p_short capacity_persons used_persons quadrant cause n flag reason",
            [rounded, *steps, persons],
            words,
        ),
        _table(
            "parts",
            shown[whole & district],
            "need demand met no_service not_eligible too_far full not_taken_up dissatisfied unknown_use used_other "
            "flag reason",
            [rounded, *steps, split, words.say("note.parts_flag")],
            words,
        ),
        _table(
            "gaps_by_community",
            shown[whole & ~district & upper],
            "community need demand gap gap_interval gap_rate cause met no_service not_eligible too_far full "
            "not_taken_up dissatisfied n flag reason",
            [rounded],
            words,
        ),
        _table(
            "gaps_by_segment",
            shown[~whole & district],
            "segment need demand gap gap_interval gap_rate cause n flag reason",
            [rounded],
            words,
        ),
        _table(
            "gaps_by_grid",
            shown[whole & ~upper],
            "community grid need demand gap gap_interval gap_rate cause n flag reason",
            [rounded, words.say("note.composite")],
            words,
        ),
        _equity(result, words),
        _communities(result, shown, words),
        _reach(result, shown, words),
    ]
    return [table for table in tables if table.rows]


def printable_gaps(result: MonthResult, words: Wording) -> pd.DataFrame:
    """Return all rows of the gap table after disclosure control, with printed words, the largest gaps first."""
    options = result.options
    frame = public_gaps(result.gaps.table, options.disclosure, options.gaps.widest_relative)
    frame["gap_interval"] = [
        interval_text(low, high, "integer") for low, high in zip(frame["gap_low"], frame["gap_high"], strict=True)
    ]
    frame["p_short"] = np.floor(frame["p_short"] * 10 + 0.5) / 10  # finer, the draws would tell hidden counts
    frame["sort_gap"] = np.where(frame["hidden"] | frame["withheld"], -1.0, frame["gap"])
    frame["cause_code"], frame["quadrant_code"] = largest_cause(result.gaps.table, GAP), frame["quadrant"]
    frame["cause"] = [words.label("part", cause) if cause else None for cause in frame["cause_code"]]
    frame["quadrant"] = [words.label("quadrant", name) for name in frame["quadrant"]]
    frame = without_few_users(blanked(frame, TELLING), result.gaps.table, options.disclosure)
    frame["code"], frame["community_code"], frame["segment_code"] = frame["need"], frame["community"], frame["segment"]
    frame["need"] = [words.need(code) for code in frame["need"]]
    frame["community"] = [words.place(place) for place in frame["community"]]
    frame["segment"] = [words.segments.get(name, words.place(name)) for name in frame["segment"]]
    frame["flag_code"] = frame["flag"]
    frame["flag"] = [words.label("flag", word) for word in frame["flag"]]
    frame["reason"] = [words.reason(codes) for codes in frame["flag_reason"]]
    order = ["community_code", "grid", "segment_code", "sort_gap", "code"]
    return frame.sort_values(order, ascending=[True, True, True, False, True], kind="stable").reset_index(drop=True)


def _table(name: str, frame: pd.DataFrame, shown: str, notes: list[str], words: Wording) -> Table:
    if name in {"gaps", "parts", "gaps_by_grid"}:
        frame = frame.sort_values(["sort_gap", "code"], ascending=[False, True], kind="stable")
    if name in {"gaps_by_grid", "gaps_by_segment"}:
        notes = [*notes, *left_out(frame, words)]
        frame = frame[frame["sort_gap"] >= 0]
    naming = words.say("column.naming")  # in the needs list n is how many answered, here how many named the need
    heads = [replace(head, label=naming) if head.key == "n" else head for head in columns(shown, words)]
    return Table.from_frame(name, words.say(f"table.{name}"), frame.reset_index(drop=True), heads, notes=notes)


def left_out(frame: pd.DataFrame, words: Wording) -> list[str]:
    """Return a note on the rows of a long table that are not printed because too few stand behind them."""
    count = int((frame["hidden"].astype(bool) | frame["withheld"].astype(bool)).sum())
    return [words.say("note.left_out", count=count)] if count else []


def _equity(result: MonthResult, words: Wording) -> Table:
    frame = result.gaps.equity
    shown = columns("group n gap_rate rate_interval met_share flag reason", words)
    if frame.empty:
        return Table("equity", words.say("table.equity"), shown, [])
    public = public_rates(frame, result, words)
    everyone = (public["group"] == ALL).to_numpy()
    names = [words.groups.get(group, group) for group in public["group"]]
    public["group"] = np.where(everyone, words.say("word.everyone"), names)
    public["n"] = hidden_where(public["n"], public["hidden"])
    totals: dict[int, Emphasis] = dict.fromkeys(np.flatnonzero(everyone).tolist(), "total")
    return Table.from_frame(
        "equity", words.say("table.equity"), public, shown, notes=[words.say("note.rates")], emphasis=totals
    )


def _communities(result: MonthResult, printable: pd.DataFrame, words: Wording) -> Table:
    """Gap rate of every community over all needs in the gap; persons are not summed over needs."""
    frame = result.gaps.communities
    leading = printable[(printable["segment_code"] == ALL) & (printable["grid"] == ALL) & (printable["sort_gap"] >= 0)]
    first = leading.drop_duplicates("community").set_index("community")["need"]
    frame = frame.assign(largest=[first.get(name, HIDDEN) for name in frame["community"]])
    return Table.from_frame(
        "communities",
        words.say("table.communities"),
        public_rates(frame, result, words),
        columns("community gap_rate rate_interval met_share largest flag reason", words),
        notes=[words.say("note.rates")],
    )


def _reach(result: MonthResult, printable: pd.DataFrame, words: Wording) -> Table:
    frame = result.gaps.reach
    frame = frame[(frame["longer"] + frame["shorter"] > 0) | (frame["access"] > 0)] if len(frame) else frame
    shown = columns("need shorter given longer access lowest flag reason", words)
    if frame.empty:
        return Table("reach", words.say("table.reach"), shown, [])
    district = printable[(printable["segment_code"] == ALL) & (printable["community_code"] == ALL)].set_index("code")
    gaps = district.reindex(frame["need"]).reset_index(drop=True)
    public = frame.reset_index(drop=True).assign(
        need=[words.need(code) for code in frame["need"]],
        **{name: gaps[name] for name in ("hidden", "withheld", "flag", "reason")},
    )
    for name in ("shorter", "given", "longer"):
        public[name] = rounded_persons(public[name] * gaps["factor"], result.options.disclosure.base)
    silent = public["hidden"] | public["withheld"]
    public["access"] = rounded_persons(100 * public["access"], result.options.disclosure.base)
    places = printable[(printable["segment_code"] == ALL) & (printable["grid"] == ALL)]
    shy = places[places["hidden"] | places["withheld"]]
    unprinted = set(zip(shy["code"], shy["community_code"], strict=True))
    lowest = zip(frame["need"], frame["lowest"], strict=True)
    public = public.assign(
        lowest=pd.Series([UNKNOWN if pair in unprinted else pair[1] for pair in lowest], dtype=object)
    )
    public = public.assign(order=public["given"].mask(silent, -1.0)).sort_values(
        ["order", "need"], ascending=[False, True]
    )
    public = blanked(public, ("shorter", "given", "longer", "access", "lowest")).reset_index(drop=True)
    return Table.from_frame("reach", words.say("table.reach"), public, shown, notes=[words.say("note.reach")])


def supply_tables(result: MonthResult, words: Wording) -> list[Table]:
    """Return services with capacity and use, coverage by community, and the list of resources."""
    tables = []
    services = result.gaps.services
    if len(services):
        tables.append(_services(result, services, words))
    if len(result.matches.coverage):
        tables += [table for table in (_lacking(result, words), _coverage(result, words)) if table.rows]
    if len(result.cleaned.menu):
        tables.append(_resources(result, words))
    return tables


def _services(result: MonthResult, services: pd.DataFrame, words: Wording) -> Table:
    options = result.options.disclosure
    use = public_use(services, options)
    known = services["capacity_known"].astype(bool)
    services = services.astype({"capacity": object, "capacity_persons": object})
    frame = pd.DataFrame(
        {
            "service": services["service_name"],
            "site": [site or words.say("word.all_services") for site in services["site"]],
            "capacity": services["capacity"].where(known, UNKNOWN),
            "unit": services["unit"],
            "uses_per_person": services["uses_per_person"],
            "capacity_persons": services["capacity_persons"].where(known, UNKNOWN),
            "used_units": use["used_units"],
            "utilisation": hidden_where(
                use["utilisation"].astype(object).where(known & services["recorded"].astype(bool), UNKNOWN),
                use["hidden"],
            ),
            "waiting": public_counts(
                services["waiting"].where(services["recorded"].astype(bool) | (services["waiting"] > 0)), options
            ),
            "bad_share": _bad_shares(services, result.options),
            "order": use["utilisation"].fillna(-1),
        }
    ).sort_values(["order", "service", "site"], ascending=[False, True, True])
    shown = columns(
        "service site capacity unit uses_per_person capacity_persons used_units utilisation waiting bad_share", words
    )
    return Table.from_frame(
        "services", words.say("table.services"), frame.reset_index(drop=True), shown, notes=[words.say("note.admin")]
    )


def _bad_shares(services: pd.DataFrame, options: Options) -> list[object]:
    """Return the shares of bad ratings as given, hidden where few rated badly or few did not; none of few ratings."""
    few = too_few(services["bad_ratings"], services["ratings"], options.disclosure)
    rated = services["ratings"] >= max(options.disclosure.threshold, options.gaps.fewest_ratings)
    share = services["bad_ratings"] / services["ratings"].where(rated)
    return [
        (HIDDEN if small else value) if enough else UNKNOWN
        for value, enough, small in zip(share, rated, few, strict=True)
    ]


def _coverage(result: MonthResult, words: Wording) -> Table:
    frame = result.matches.coverage
    yes, no = words.say("word.covered_yes"), words.say("word.covered_no")
    frame = frame.assign(
        need=[words.need(code) for code in frame["need"]],
        covered=[yes if has else no for has in frame["covered"]],
    )
    shown = columns("community need covered services sites capacity_persons", words)
    return Table.from_frame("coverage", words.say("table.coverage"), frame, shown, notes=[words.say("note.coverage")])


def _lacking(result: MonthResult, words: Wording) -> Table:
    """Return the needs that no service covers somewhere, most widespread first; what is passed on is not expected."""
    frame = result.matches.coverage[~result.matches.coverage["need"].isin(result.matches.referred["need"])]
    whole = frame["community"].nunique()
    rows = [
        (
            words.need(need),
            len(places),
            words.say("word.all_places") if len(places) == whole else words.listed(places, _PLACES),
        )
        for need, places in frame[~frame["covered"].astype(bool)].groupby("need", sort=False)["community"]
    ]
    rows.sort(key=lambda row: -row[1])
    return Table("lacking", words.say("table.lacking"), columns("need lacking lacking_where", words), rows)


def _resources(result: MonthResult, words: Wording) -> Table:
    menu = result.cleaned.menu.drop_duplicates("service")
    supply = result.cleaned.supply
    sites = supply.groupby("service")["site"].agg(
        lambda names: words.say("list_comma").join(sorted({name for name in names if isinstance(name, str)}))
    )
    frame = pd.DataFrame(
        {
            "service": menu["name"],
            "domain": menu["domain"].where(
                menu["domain"].notna(), [words.domain((needs or "").split(";")[0]) for needs in menu["needs"]]
            ),
            "covers": [
                words.say("list_comma").join(words.need(code) for code in (needs or "").split(";") if code)
                for needs in menu["needs"]
            ],
            "eligibility": menu["eligibility_text"],
            "mode": [
                words.say("list_comma").join(words.label("mode", part) for part in (mode or "").split(";"))
                for mode in menu["mode"]
            ],
            "fee": menu["fee"],
            "provider": menu["provider"],
            "site": menu["service"].map(sites),
        }
    )
    return Table.from_frame(
        "resources",
        words.say("table.resources"),
        frame.reset_index(drop=True),
        columns("service domain covers eligibility mode fee provider site", words),
    )
