"""Tables of segments, suggestions, referrals, changes, data files and methods."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.messages import catalogue, issue_remedy, issue_title, text
from needs_analytics.reports.content.columns import column, columns
from needs_analytics.reports.content.disclose import blanked, public_shares, rounded_counts, rounded_persons, too_few
from needs_analytics.reports.formats import interval_text
from needs_analytics.reports.tables import Table

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from needs_analytics.core.issue import Issue
    from needs_analytics.core.records import Cleaned, MonthResult
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
        segment_table(result, words),
        action_table(result, words),
        referred_table(result, words),
        request_table(result, words),
        change_table(result, words),
        outlook_table(result, words),
        file_table(result.cleaned, words),
        method_table(result, words),
        question_table(result.cleaned, words),
        margin_table(result, words),
        issue_table(result.issues, words),
        option_table(result, words),
    ]
    return [table for table in tables if table.rows]


def segment_table(result: MonthResult, words: Wording) -> Table:
    """Return the published segments, the largest first."""
    shown = columns("name share interval persons n age traits top_needs", words)
    names = result.segments.names()
    profiles = result.segments.profiles
    profiles = profiles[profiles["segment"].isin(names)] if len(profiles) else profiles
    if profiles.empty:
        return Table("segments", words.say("table.segments"), shown, [])
    options = result.options.disclosure
    share = np.floor(profiles["share"].to_numpy(float) * 100 + 0.5) / 100
    frame = pd.DataFrame(
        {
            "name": [words.segments.get(code, code) for code in profiles["segment"]],
            "share": share,
            "interval": [
                interval_text(low, high)
                for low, high in zip(profiles["share_low"], profiles["share_high"], strict=True)
            ],
            "persons": np.where(
                np.isfinite(profiles["persons"].astype(float)),
                rounded_persons(share * result.weights.population, options.base),
                np.nan,
            ),
            "n": rounded_counts(profiles["n"], options.base),
            "age": profiles["age_median"].to_numpy(float),
            "traits": [_traits(result, segment, words) for segment in profiles["segment"]],
            "top_needs": [
                words.listed([words.need(code) for code in str(codes).split(";") if code], 4)
                for codes in profiles["top_needs"]
            ],
            "hidden": too_few(profiles["n"], None, options),
            "withheld": False,
        }
    )
    frame = blanked(frame, ("share", "interval", "persons", "n", "age", "traits", "top_needs"))
    return Table.from_frame("segments", words.say("table.segments"), frame, shown, notes=[words.say("note.rounded")])


def _traits(result: MonthResult, segment: str, words: Wording) -> str:
    traits = result.segments.traits
    rows = traits[(traits["segment"] == segment)].sort_values("effect", key=abs, ascending=False).head(3)
    column = "label" if words.language == "zh" or "label_en" not in rows else "label_en"
    return words.say("list_comma").join(str(label) for label in rows[column])


def action_table(result: MonthResult, words: Wording) -> Table:
    """Return the suggestions, with the office that should look after them and the date left open."""
    shown = columns("kind action need gain units unit cost owner due", words)
    frame = result.plans.table
    if frame.empty:
        return Table("actions", words.say("table.actions"), shown, [])
    options = result.options.disclosure
    provider = result.cleaned.menu.drop_duplicates("service").set_index("service")["provider"]
    rows = frame[~too_few(frame["n"], None, options) & (rounded_persons(frame["persons"], options.base) > 0)]
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
        }
    )
    return Table.from_frame(
        "actions", words.say("table.actions"), table.reset_index(drop=True), shown, notes=[words.say("note.persons")]
    )


def action_text(row: Mapping[Hashable, Any], result: MonthResult, words: Wording) -> str:
    """Return a suggestion in words."""
    base = result.options.disclosure.base
    details = {
        "need": words.need(row["need"]),
        "place": place_of(str(row["service_name"]), str(row["site"] or ""), words),
        "unit": row["unit"],
        "community": words.place(row["community"]) if row["community"] else "",
        "persons": int(rounded_persons([float(row["persons"])], base)[0]),
        "units": int(np.nan_to_num(rounded_persons([float(row["units"])], 1)[0])),
    }
    sentence = words.say(f"action.{row['kind']}", **details)
    return sentence if row["within_offer"] else sentence + words.say("action.expand_more")


def referred_table(result: MonthResult, words: Wording) -> Table:
    """Return the needs to be coordinated or passed on, the most often stated first."""
    shown = columns("need domain path share interval persons n requests flag", words)
    rows = result.matches.referred
    if rows.empty:
        return Table("referred", words.say("table.referred"), shown, [])
    frame = rows.assign(
        population=result.weights.population, persons_low=np.nan, persons_high=np.nan, change_diff=np.nan
    )
    frame = public_shares(frame, result.options.disclosure)
    frame["interval"] = [
        interval_text(low, high) for low, high in zip(frame["share_low"], frame["share_high"], strict=True)
    ]
    frame = blanked(frame, ("share", "interval", "persons", "n"))
    frame = frame.assign(
        need=[words.need(code) for code in frame["need"]],
        path=[words.label("path", path) for path in frame["resolution_path"]],
        domain=[words.domain(code) for code in frame["need"]],
        flag=[words.label("flag", word) for word in frame["flag"]],
    )
    return Table.from_frame(
        "referred", words.say("table.referred"), frame.reset_index(drop=True), shown, notes=[words.say("note.rounded")]
    )


def request_table(result: MonthResult, words: Wording) -> Table:
    """Return hotline and meeting entries by need; administrative counts, small ones hidden."""
    shown = columns("need requests closed closed_rate overdue", words)
    rows = result.needs.requests
    if rows.empty:
        return Table("requests", words.say("table.requests"), shown, [])
    few = rows["requests"] < result.options.disclosure.threshold
    frame = rows.assign(
        need=[words.need(code) if code else name for code, name in zip(rows["need"], rows["need_name"], strict=True)],
        closed_rate=rows["closed"] / rows["requests"],
        hidden=few,
        withheld=False,
    )
    return Table.from_frame(
        "requests", words.say("table.requests"), blanked(frame, ("requests", "closed", "closed_rate", "overdue")), shown
    )


def change_table(result: MonthResult, words: Wording) -> Table:
    """Return the changes since last month of the sub-district, largest first."""
    frame = result.needs.totals()
    frame = frame[frame["change"] != "/"]
    shown = columns("need share change verdict flag", words)
    if frame.empty:
        return Table("changes", words.say("table.changes"), shown, [])
    public = public_shares(frame, result.options.disclosure)
    public["verdict"] = [words.label("verdict", word) for word in public["change"]]
    public["change"] = public["change_diff"]
    public = public.sort_values("change_diff", key=abs, ascending=False)
    public = blanked(public, ("share", "change", "verdict"))
    public = public.assign(
        need=[words.need(code) for code in public["need"]], flag=[words.label("flag", word) for word in public["flag"]]
    )
    return Table.from_frame(
        "changes",
        words.say("table.changes"),
        public.reset_index(drop=True),
        shown,
        notes=[words.say("text.change_note")],
    )


def outlook_table(result: MonthResult, words: Wording) -> Table:
    """Return the forecast use of the coming months."""
    shown = columns("service site month point forecast_interval model", words)
    rows = result.outlook.table
    if rows.empty:
        return Table("outlook", words.say("table.outlook"), shown, [])
    names = result.cleaned.menu.drop_duplicates("service").set_index("service")["name"]
    base = result.options.disclosure.base
    frame = pd.DataFrame(
        {
            "service": [names.get(code, code) for code in rows["service"]],
            "site": [site or words.say("word.all_services") for site in rows["site"]],
            "month": rows["month"],
            "point": rounded_counts(rows["point"], base),
            "forecast_interval": [
                interval_text(low, high, "integer")
                for low, high in zip(rounded_counts(rows["low"], base), rounded_counts(rows["high"], base), strict=True)
            ],
            "model": [words.say(f"word.{model}") for model in rows["model"]],
        }
    )
    return Table.from_frame("outlook", words.say("table.outlook"), frame, shown)


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
    details: dict[str, object] = {
        "top": needs.top,
        "least": f"{needs.least_n_eff:g}",
        "widest": f"{needs.widest_interval:.0%}",
        "detour": f"{matching.detour:g}",
        "threshold": disclosure.threshold,
    }
    rows = [tuple(words.say(f"method.{name}", **details).split("|", 1)) for name in METHOD_LINES]
    return Table("method", words.say("table.method"), columns("term meaning", words), rows)


def question_table(cleaned: Cleaned, words: Wording) -> Table:
    """Return the question dictionary, a row per question."""
    shown = columns("office wording kind_question sense blank options", words)
    questions = cleaned.questions
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
        rows.append((office, wording, *stored, words.listed(known, 8) + ("…" if len(known) > 8 else "")))
    return Table("questions", words.say("table.questions"), shown, rows)


def margin_table(result: MonthResult, words: Wording) -> Table:
    """Return the shares of the margins in the population and in the sample before and after weighting."""
    shown = columns("margin label target before after n", words)
    margins = result.weights.margins
    if margins.empty:
        return Table("margins", words.say("table.margins"), shown, [])
    options = result.options.disclosure
    few = too_few(margins["n"], None, options)
    frame = margins.assign(
        margin=[margin_name(name, words) for name in margins["margin"]],
        label=[words.margin_class(label) for label in margins["label"]],
        n=rounded_counts(margins["n"], options.base),
        hidden=few,
        withheld=False,
    )
    return Table.from_frame("margins", words.say("table.margins"), blanked(frame, ("before", "after", "n")), shown)


def margin_name(name: str, words: Wording) -> str:
    """Return how a margin is printed."""
    if name.startswith("group:"):
        return words.groups.get(name.removeprefix("group:"), name)
    return words.say(f"word.{name}")


def issue_table(issues: tuple[Issue, ...], words: Wording) -> Table:
    """Return how often each kind of problem occurred."""
    shown = [*columns("issue count remedy", words)]
    counts = Counter(issue.code for issue in issues if issue.severity != "info")
    first = {issue.code: issue for issue in reversed(issues)}
    rows = [
        (f"{code} {issue_title(first[code], words.language)}", count, _remedy(first[code], words))
        for code, count in sorted(counts.items())
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
