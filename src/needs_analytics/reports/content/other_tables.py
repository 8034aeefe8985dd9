"""Tables of suggestions, referrals, changes, data files and methods, after those of segments."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.flags import CAUTION, FLAGS, PUBLISH, WITHHOLD, worse
from needs_analytics.core.messages import catalogue, issue_remedy, issue_title, text
from needs_analytics.core.results import ALL
from needs_analytics.core.tables import iter_rows
from needs_analytics.intake.public_options import public_options
from needs_analytics.reports.content.columns import column, columns
from needs_analytics.reports.content.disclose import (
    blanked,
    companions,
    hidden_where,
    public_counts,
    public_gaps,
    public_shares,
    rounded_counts,
    rounded_persons,
    too_few,
)
from needs_analytics.reports.content.new_services import new_service_table
from needs_analytics.reports.content.sample import SampleView
from needs_analytics.reports.content.segment_tables import segment_tables
from needs_analytics.reports.formats import interval_text
from needs_analytics.reports.tables import Table

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.records import Cleaned
    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.wording import Wording

METHOD_LINES = (
    "population",
    "survey",
    "answer",
    "person",
    "weights",
    "share",
    "composite",
    "rank",
    "flag",
    "change",
    "segments",
    "demand",
    "capacity",
    "parts",
    "allocation",
    "reach",
    "quadrant",
    "disclosure",
)


def other_tables(result: MonthResult, words: Wording) -> list[Table]:
    """Return the remaining tables that have rows."""
    tables = [
        *segment_tables(result, words),
        action_table(result, words),
        new_service_table(result, words),
        referred_table(result, words),
        request_table(result, words),
        change_table(result, words),
        outlook_table(result, words),
        file_table(result.cleaned, words),
        method_table(result, words),
        question_table(result.cleaned, words, result.options.disclosure.threshold),
        issue_table(result.issues, words),
        option_table(result, words),
    ]
    return [table for table in tables if table.rows]


def action_table(result: MonthResult, words: Wording) -> Table:
    """Return the suggestions, with the office that should look after them and the date left open."""
    shown = columns("kind action need gain units unit cost owner due flag reason", words)
    frame = result.plans.table
    if frame.empty:
        return Table("actions", words.say("table.actions"), shown, [])
    options = result.options.disclosure
    provider = result.cleaned.menu.drop_duplicates("service").set_index("service")["provider"]
    rows = printable_actions(result)
    rows = rows[rounded_persons(rows["persons"], options.base) > 0]
    open_word = words.say("action.owner_open")
    owners = [provider.get(service) if service in provider.index else None for service in rows["service"]]
    table = pd.DataFrame(
        {
            "kind": [words.say(f"kind.{kind}") for kind in rows["kind"]],
            "action": [action_text(row, result, words) for row in rows.to_dict("records")],
            "need": [words.need(code) for code in rows["need"]],
            "gain": rounded_persons(rows["persons"], options.base),
            "units": rounded_persons(rows["units"], 1),
            "unit": rows["unit"],
            "cost": rounded_persons(rows["cost"], 10),
            "owner": [owner if isinstance(owner, str) else open_word for owner in owners],
            "due": open_word,
            "flag": [words.label("flag", flag) for flag in rows["flag"]],
            "reason": [words.reason(codes) for codes in rows["flag_reason"]],
        }
    )
    return Table.from_frame(
        "actions", words.say("table.actions"), table.reset_index(drop=True), shown, notes=[words.say("note.persons")]
    )


def printable_actions(result: MonthResult) -> pd.DataFrame:
    """Return the suggestions whose gap is published, in the persons that are; a place with too few is not named."""
    options = result.options
    gaps = public_gaps(result.gaps.table, options.disclosure, options.gaps.widest_relative)
    gaps = gaps[(gaps["segment"] == ALL) & (gaps["grid"] == ALL) & ~gaps["hidden"] & ~gaps["withheld"]]
    whole = gaps[gaps["community"] == ALL].set_index("need")
    factor = whole["factor"]
    named = set(zip(gaps["need"], gaps["community"], strict=True))
    rows = result.plans.table
    rows = rows[rows["need"].isin(factor.index)]
    moved = rows["need"].map(factor).astype(float)
    moved = moved.where(rows["kind"] != "publicity", moved.clip(upper=1.0))  # no more than there is room for
    printed = rounded_persons(rows["persons"] * moved, options.disclosure.base)
    return rows.assign(
        flag=rows["need"].map(whole["flag"]),
        flag_reason=rows["need"].map(whole["flag_reason"]),
        order=printed,
        persons=rows["persons"] * moved,
        units=rows["units"] * moved,
        cost=rows["cost"] * moved,
        community=[place if (need, place) in named else "" for need, place in iter_rows(rows, "need", "community")],
    ).sort_values("order", ascending=False, kind="stable")


def action_text(row: Mapping[Hashable, Any], result: MonthResult, words: Wording) -> str:
    """Return a suggestion in words."""
    base = result.options.disclosure.base
    details = {
        "need": words.need(row["need"]),
        "place": place_of(str(row["service_name"]), str(row["site"] or ""), words),
        "unit": row["unit"],
        "most": _named("new_service_most", row, words),
        "where": _named("new_site_where", row, words),
        "persons": int(rounded_persons([float(row["persons"])], base)[0]),
        "units": int(np.nan_to_num(rounded_persons([float(row["units"])], 1)[0])),
    }
    sentence = words.say(f"action.{row['kind']}", **details)
    return sentence if row["within_offer"] else sentence + words.say("action.expand_more")


def _named(clause: str, row: Mapping[Hashable, Any], words: Wording) -> str:
    """Return a clause with the community of a suggestion, nothing where none may be named."""
    return words.say(f"action.{clause}", community=words.place(row["community"])) if row["community"] else ""


def referred_table(result: MonthResult, words: Wording) -> Table:
    """Return the needs to be coordinated or passed on, the most often stated first."""
    shown = columns("need domain path share interval persons n requests flag reason", words)
    rows = result.matches.referred
    if rows.empty:
        return Table("referred", words.say("table.referred"), shown, [])
    frame = rows.assign(
        population=result.weights.population, persons_low=np.nan, persons_high=np.nan, change_diff=np.nan
    )
    frame = _untold_last(public_shares(frame, result.options.disclosure), "share")
    frame["interval"] = [
        interval_text(low, high) for low, high in zip(frame["share_low"], frame["share_high"], strict=True)
    ]
    frame = blanked(frame, ("share", "interval", "persons", "n"))
    frame = frame.assign(
        requests=_requests_of(result, frame["need"]),
        need=[words.need(code) for code in frame["need"]],
        path=[words.label("path", path) for path in frame["resolution_path"]],
        domain=[words.domain(code) for code in frame["need"]],
        flag=[words.label("flag", word) for word in frame["flag"]],
        reason=[words.reason(codes) for codes in frame["flag_reason"]],
    )
    return Table.from_frame(
        "referred", words.say("table.referred"), frame.reset_index(drop=True), shown, notes=[words.say("note.rounded")]
    )


def _untold_last(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Sort by a figure, the largest first; rows that are not told come last by their names: a place tells a size."""
    size = frame[by].abs().mask(frame["hidden"] | frame["withheld"], -1.0)
    return frame.assign(order=size).sort_values(["order", "need"], ascending=[False, True])


def _requests_of(result: MonthResult, needs: pd.Series) -> pd.Series:
    """Return how many entries each need had, 0 where it had none; nothing where nobody sent entries."""
    if result.needs.requests.empty:
        return pd.Series(np.nan, index=needs.index)
    counts = printable_requests(result).set_index("need")["requests"]
    return pd.Series([counts.get(need, 0.0) for need in needs], index=needs.index, dtype=object)


def request_table(result: MonthResult, words: Wording) -> Table:
    """Return hotline and meeting entries by need; small counts hidden, the others and their rates rounded."""
    shown = columns("need requests closed closed_rate overdue", words)
    rows = result.needs.requests
    if rows.empty:
        return Table("requests", words.say("table.requests"), shown, [])
    frame = printable_requests(result)
    frame = frame.assign(
        need=[words.need(code) if code else name for code, name in iter_rows(frame, "need", "need_name")]
    )
    return Table.from_frame("requests", words.say("table.requests"), frame, shown, notes=[words.say("note.rounded")])


def printable_requests(result: MonthResult) -> pd.DataFrame:
    """Return the counts of entries by need after disclosure control.

    How many entries came in all is told by the table of files, so that one hidden need never stands alone.
    """
    rows, options = result.needs.requests, result.options.disclosure
    few = (rows["requests"] > 0) & (rows["requests"] < options.threshold)
    hidden = companions(few, rows["requests"], pd.Series("", index=rows.index))
    untold = hidden | too_few(rows["closed"], rows["requests"], options)
    total, closed = (rounded_counts(rows[name], options.base) for name in ("requests", "closed"))
    rate = pd.Series(np.minimum(closed / np.maximum(total, 1.0), 1.0), index=rows.index)
    return rows.assign(
        requests=hidden_where(public_counts(rows["requests"], options), hidden),
        closed=hidden_where(pd.Series(closed, index=rows.index), untold),
        closed_rate=hidden_where(rate, untold),
        overdue=hidden_where(public_counts(rows["overdue"], options), hidden),
    )


def change_table(result: MonthResult, words: Wording) -> Table:
    """Return the changes since last month of the sub-district, largest first."""
    frame = result.needs.totals()
    frame = frame[frame["change"] != "/"]
    shown = columns("need share change verdict flag reason", words)
    if frame.empty:
        return Table("changes", words.say("table.changes"), shown, [])
    public = public_shares(frame, result.options.disclosure)
    public["verdict"] = [words.label("verdict", word) for word in public["change"]]
    public["change"] = public["change_diff"]
    public = _judged_changes(public)
    public = blanked(public, ("share", "change", "verdict"))
    public = public.assign(
        need=[words.need(code) for code in public["need"]],
        flag=[words.label("flag", word) for word in public["flag"]],
        reason=[words.reason(codes) for codes in public["flag_reason"]],
    )
    return Table.from_frame(
        "changes",
        words.say("table.changes"),
        public.reset_index(drop=True),
        shown,
        notes=[words.say("text.change_note")],
    )


def _judged_changes(public: pd.DataFrame) -> pd.DataFrame:
    """Flag a change by the worse of the two months, the largest change first."""
    before = public["flag_before"].where(public["flag_before"].isin(FLAGS), PUBLISH)
    before = before.mask(public["change_hidden"], WITHHOLD)
    flag = worse(public["flag"].to_numpy(), before.to_numpy())
    earlier = (flag != PUBLISH) & (flag == before)
    own = public["flag_reason"].where(flag == public["flag"], "")
    more = np.where(
        public["change_hidden"], "private_before", np.where(flag == WITHHOLD, "weak_before", "doubt_before")
    )
    told = own.where(~earlier, own.where(own == "", own + ";") + more)
    untold = public["hidden"] | public["withheld"] | public["change_hidden"] | public["change_withheld"]
    size = public["change_diff"].abs().mask(untold, -1.0)
    judged = public.assign(flag=flag, flag_reason=told.mask(public["hidden"], "private"), order=size)
    return judged.sort_values(["order", "need"], ascending=[False, True])


def outlook_table(result: MonthResult, words: Wording) -> Table:
    """Return the forecast use of the coming months."""
    shown = columns("service site month point forecast_interval model flag reason", words)
    rows = result.outlook.table
    if rows.empty:
        return Table("outlook", words.say("table.outlook"), shown, [])
    names = result.cleaned.menu.drop_duplicates("service").set_index("service")["name"]
    options = result.options.disclosure
    few = (rows["point"] > 0) & (rows["point"] < options.threshold)
    low, high = (rounded_counts(rows[name], options.base) for name in ("low", "high"))
    interval = pd.Series([interval_text(*ends, "integer") for ends in zip(low, high, strict=True)], index=rows.index)
    wide = ~(rows["high"] - rows["low"] <= result.options.needs.widest_relative * rows["point"])
    flag = np.where(few, WITHHOLD, np.where(wide, CAUTION, PUBLISH))
    reason = np.where(few, "private_use", np.where(wide, "wide_forecast", ""))
    frame = pd.DataFrame(
        {
            "service": [names.get(code, code) for code in rows["service"]],
            "site": [site or words.say("word.all_services") for site in rows["site"]],
            "month": rows["month"],
            "point": public_counts(rows["point"], options),
            "forecast_interval": hidden_where(interval, few),
            "model": [words.say(f"word.{model}") for model in rows["model"]],
            "flag": [words.label("flag", word) for word in flag],
            "reason": [words.reason(code) for code in reason],
        }
    )
    return Table.from_frame("outlook", words.say("table.outlook"), frame, shown, notes=[words.say("note.outlook")])


def file_table(cleaned: Cleaned, words: Wording) -> Table:
    """Return what every sheet was taken for and where its rows went."""
    tables = cleaned.sheets.groupby(["file", "sheet"])["tables"].agg(
        lambda parts: "+".join(dict.fromkeys(part for part in parts if part))
    )
    frame = cleaned.counts.copy()
    labels = []
    for place in zip(frame["file"], frame["sheet"], strict=True):
        names = [text(f"table.{name}", words.language) for name in str(tables.get(place, "")).split("+") if name]
        labels.append(words.say("list_comma").join(names) or words.say("none"))
    return Table.from_frame(
        "files",
        words.say("table.files"),
        frame.assign(table=labels),
        columns("file sheet table rows_in kept merged returned", words),
    )


def method_table(result: MonthResult, words: Wording) -> Table:
    """Return what the words and figures of the report mean."""
    needs, matching, disclosure = result.options.needs, result.options.matching, result.options.disclosure
    view = SampleView(result, words)
    details: dict[str, object] = {
        "top": needs.top,
        "least": f"{needs.least_n_eff:g}",
        "widest_points": f"{needs.widest_interval * 100:g}",
        "narrow_points": f"{needs.narrow_interval * 100:g}",
        "relative": f"{needs.widest_relative:g}",
        "composite_points": f"{needs.widest_composite * 100:g}",
        "coverage": f"{needs.least_coverage:.0%}",
        "replied": f"{needs.least_replied:.0%}",
        "silent": f"{needs.most_silent:.0%}",
        "gap_relative": f"{result.options.gaps.widest_relative:g}",
        "detour": f"{matching.detour:g}",
        "threshold": disclosure.threshold,
        "few": result.options.segments.fewest_respondents,
        "bounds": words.say(f"bounds.{view.bounds}", **view.limits),
    }
    rows = [tuple(words.say(f"method.{name}", **details).split("|", 1)) for name in METHOD_LINES]
    return Table("method", words.say("table.method"), columns("term meaning", words), rows)


def question_table(cleaned: Cleaned, words: Wording, threshold: int) -> Table:
    """Return the question dictionary, a row per question, without options that few have typed."""
    shown = columns("office wording kind_question sense blank options", words)
    questions = public_options(cleaned.questions, cleaned.codebook, threshold)
    if questions.empty:
        return Table("questions", words.say("table.questions"), shown, [])
    rows = []
    for (office, _, wording), part in questions.groupby(["office", "question", "wording"], sort=False):
        known = [
            f"{option}→{words.need(need)}"
            for option, need in zip(part["option"], part["need"], strict=True)
            if need in words.needs
        ]
        stored = [words.label(section, part[section].iloc[0]) for section in ("kind", "sense", "blank")]
        rows.append((office, wording, *stored, words.listed(known, 8)))
    return Table("questions", words.say("table.questions"), shown, rows)


def issue_table(issues: tuple[Issue, ...], words: Wording) -> Table:
    """Return how often each kind of problem occurred."""
    shown = [*columns("issue count remedy", words)]
    counts: Counter[str] = Counter()
    for issue in issues:
        counts[issue.code] += issue.times if issue.severity != "info" else 0
    first = {issue.code: issue for issue in reversed(issues)}
    rows = [
        (f"{code} {issue_title(first[code], words.language)}", count, _remedy(first[code], words))
        for code, count in sorted(counts.items())
        if count
    ]
    return Table("issues", words.say("table.issues"), shown, rows)


def _remedy(issue: Issue, words: Wording) -> str:
    """Return the remedy where it is the same for every cell, else point to the check's own lines."""
    general = catalogue(words.language)[f"issue.{issue.code}.remedy"]
    return words.say("word.see_check") if "{" in general else issue_remedy(issue, words.language)


def place_of(service: str, site: str, words: Wording) -> str:
    """Return ``四点半课堂（桃李园四点半课堂）``: a service with its site, brackets of its own left out."""
    name = re.sub(r"[(（][^)）]*[)）]", "", service)
    return name + words.say("bracketed", text=site) if site else name


def option_table(result: MonthResult, words: Wording) -> Table:
    """Return the options that differ from the defaults."""
    rows = [(name, str(value)) for name, value in sorted(result.run.options.items())]
    return Table("options", words.say("table.options"), [column("option", words), column("value", words)], rows)
