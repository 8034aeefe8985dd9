"""The nine chapters of the report, in the words of an office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.core.results import ALL
from needs_analytics.reports.content import charts
from needs_analytics.reports.content.disclose import (
    public_shares,
    public_use,
    rounded_counts,
    too_few,
    whole_per_cents,
)
from needs_analytics.reports.content.gap_map import gap_map
from needs_analytics.reports.content.new_services import new_service_blocks
from needs_analytics.reports.content.norms import norm_blocks
from needs_analytics.reports.content.older import older_answers, rests_on_older
from needs_analytics.reports.content.orders import order_blocks
from needs_analytics.reports.content.other_tables import place_of
from needs_analytics.reports.content.rates import furthest_behind, rates_told
from needs_analytics.reports.content.sample_tables import sample_charts
from needs_analytics.reports.content.sample_words import sample_sentences
from needs_analytics.reports.content.segment_sections import segment_blocks
from needs_analytics.reports.content.untold import untold
from needs_analytics.reports.document import Block, ChartBlock, Heading, Note, Paragraph, Section, TableBlock
from needs_analytics.reports.formats import Blank, interval_text, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from needs_analytics.core.results import MonthResult
    from needs_analytics.reports.content.sample import SampleView
    from needs_analytics.reports.content.wording import Wording
    from needs_analytics.reports.tables import Table

_LEAST_COMPARED, _MOST_COMPARED = 4, 3
_CROWDED, _HALF = 0.9, 0.5
_NUMERALS = "一二三四五六七八九十"
_IN_BODY: Mapping[str, str] = {
    "needs": "rank need share interval persons n rank_interval tier flag reason",
    "gaps": "need demand gap gap_interval gap_rate capacity_persons used_persons cause flag reason",
    "parts": "need demand met no_service not_eligible too_far full not_taken_up dissatisfied unknown_use flag",
    "services": "service site capacity unit capacity_persons used_units utilisation waiting bad_share",
    "orders": "service ordered accepted accepted_share completed completed_share rated rated_share wait_median rating",
    "norms": "community norm_object indicator norm_value required norm_unit verdict_norm decided_by",
    "segments": "name share interval persons n age traits top_needs flag reason",
    "referred": "need path share interval persons n requests flag reason",
}
"""Columns of wide tables on a page, on screen too: flag and reason must be in sight. The workbook has them all."""
_SAYS_MUST, _UP, _DOWN, _SAME = "必列", "明显上升", "明显下降", "无明显变化"


@dataclass(frozen=True)
class Material:
    """What the chapters are written from: the results, the disclosed rows, the tables by id, the words, the sample."""

    result: MonthResult
    needs: pd.DataFrame
    gaps: pd.DataFrame
    tables: Mapping[str, Table]
    words: Wording
    sample: SampleView

    @property
    def totals(self) -> pd.DataFrame:
        """Printable needs of the sub-district, the largest first."""
        rows = self.needs[
            (self.needs["community"] == ALL) & (self.needs["segment"] == ALL) & (self.needs["group"] == ALL)
        ]
        return rows[rows["sort_share"] >= 0].sort_values(["sort_share", "order", "code"], ascending=[False, True, True])

    def key_of_top(self, key: str, first: int) -> str:
        """Return the key of the sentence of the first needs: another where a withheld one may be among them."""
        rows, told = self.result.needs.totals(), self.totals.head(first)
        withheld = rows.loc[~rows["need"].isin(self.totals["code"]), "share_high"]
        return f"{key}_told" if (withheld >= told["sort_share"].min()).any() else key

    @property
    def ordered(self) -> pd.DataFrame:
        """Printable needs of the sub-district that are ranked together: those only put in order have ranks apart."""
        rows = self.result.needs.totals().sort_values("rank")
        rows = rows[rows["need"].isin(self.totals["code"])]
        measured = rows[rows["method"] != "rank_only"]
        return measured if len(measured) else rows

    @property
    def surely_first(self) -> list[str]:
        """Names of the needs that are surely among the first, in their order."""
        rows = self.ordered
        return [self.words.need(code) for code in rows.loc[rows["tier"] == _SAYS_MUST, "need"]]

    @property
    def gap_totals(self) -> pd.DataFrame:
        """Printable gaps of the sub-district, the largest first."""
        if self.gaps.empty:
            return self.gaps
        rows = self.gaps[(self.gaps["community_code"] == ALL) & (self.gaps["segment_code"] == ALL)]
        return rows[rows["sort_gap"] >= 0].sort_values(["sort_gap", "code"], ascending=[False, True])

    @property
    def changes(self) -> pd.DataFrame:
        """Needs of the sub-district whose change since last month may be told."""
        rows = self.result.needs.totals()
        public = public_shares(rows[rows["change"] != "/"], self.result.options.disclosure)
        untold = public["hidden"] | public["withheld"] | public["change_hidden"] | public["change_withheld"]
        return public[~untold]

    @property
    def uncompared(self) -> list[str]:
        """Needs that were not compared with last month, though others were."""
        rows = self.result.needs.totals()
        untold = rows["change"] == "/"
        return [] if untold.all() else list(rows.loc[untold, "need"])

    def crowded(self) -> pd.DataFrame:
        """Services used to nine tenths or more for which residents wait, the most waiting first."""
        services, options = self._services_used(), self.result.options.disclosure
        rows = services[(services["utilisation"] >= _CROWDED) & (services["waiting"] >= options.threshold)]
        return rows.sort_values("waiting", ascending=False)

    def idle(self) -> pd.DataFrame:
        """Services used by less than half, the least used first."""
        services = self._services_used()
        return services[services["utilisation"] < _HALF].sort_values("utilisation")

    def _services_used(self) -> pd.DataFrame:
        services = self.result.gaps.services
        return services.assign(utilisation=public_use(services, self.result.options.disclosure)["utilisation"])

    @property
    def services_named(self) -> list[int]:
        """Rows of the table of services that the first page names."""
        table = self.tables["services"]
        service, site = table.column_index("service"), table.column_index("site")
        first = pd.concat([self.crowded().head(_MOST_COMPARED), self.idle().head(_MOST_COMPARED)])
        named = set(zip(first["service_name"], first["site"].replace("", self.words.say("word.all_services")),
                        strict=True))  # fmt: skip
        return [place for place, row in enumerate(table.cells) if (row[service], row[site]) in named]

    def block(self, name: str, *, limit: bool = True, columns: tuple[str, ...] = ()) -> list[Block]:
        """Return a table's block if there is the table."""
        most = self.result.options.report.body_rows if limit else None
        if name not in self.tables:
            return []
        if name == "services":
            return [TableBlock(name, limit=most, columns=_IN_BODY[name].split(), also=self.services_named)]
        return [TableBlock(name, limit=most, columns=columns or _IN_BODY.get(name, "").split())]


def sections(material: Material) -> list[Section]:
    """Return the chapters."""
    writers = {
        "overall": _overall,
        "needs": _needs,
        "supply": _supply,
        "gaps": _gaps,
        "groups": _groups,
        "referred": _referred,
        "change": _change,
        "actions": _actions,
        "method": _method,
    }
    return [
        Section(material.words.say(f"section.{name}"), _numbered(write(material), chapter, material.words))
        for chapter, (name, write) in enumerate(writers.items(), start=1)
    ]


def _numbered(blocks: Sequence[Block], chapter: int, words: Wording) -> list[Block]:
    """Number the headings of a chapter as they come: what a month cannot tell leaves no hole."""
    result: list[Block] = []
    for block in blocks:
        told = block
        if isinstance(block, Heading):
            place = sum(isinstance(before, Heading) for before in result)
            number = _NUMERALS[place] if words.language == "zh" else f"{chapter}.{place + 1}"
            told = Heading(words.say("heading.numbered", number=number, title=block.text))
        result.append(told)
    return result


def issue_counts(result: MonthResult) -> dict[str, int]:
    """Return in how many places the month's data had errors and doubts, as ``needs check`` counts them."""
    return {
        name: sum(issue.times for issue in result.cleaned.issues if issue.severity == severity)
        for name, severity in (("errors", "error"), ("warnings", "warning"))
    }


def later_doubts(result: MonthResult) -> int:
    """Return how much the later stages doubt: no cell's fault, and not among what a check shows."""
    said = sum(issue.times for issue in result.issues if issue.severity != "info")
    return said - sum(issue_counts(result).values())


def told_rows(table: Table, column: str) -> list[Sequence[object]]:
    """Return the rows of a table whose figure is printed: only of these it may be said which come first."""
    place = table.column_index(column)
    return [row for row in table.rows if not isinstance(row[place], Blank)]


def need_phrase(row: pd.Series, words: Wording) -> str:
    """Return ``停车（28%，误差范围26%–30%，约11,000人）``."""
    persons = (
        words.say("text.need_persons", persons=int(row["persons"]))
        if isinstance(row["persons"], (int, float)) and np.isfinite(row["persons"])
        else ""
    )
    return words.say(
        "text.need_item",
        need=row["need"],
        share=number_text(row["share"], "share"),
        interval=row["interval"],
        persons=persons,
        care=words.care(row["flag_code"]),
    )


def _overall(m: Material) -> list[Block]:
    result, words = m.result, m.words
    survey, counts, older = result.cleaned.survey, result.run.counts, rests_on_older(result)
    blocks: list[Block] = [Heading(words.say("heading.sample"))]
    if survey.empty:
        blocks.append(Note(words.say("text.no_answers"), "caution"))
    else:
        blocks += [Note(older_answers(result, words), "caution")] if older else []
        blocks += _sample(m)
    blocks.append(Heading(words.say("heading.data")))
    if len(survey):
        rows = {name: counts[name] for name in ("rows_in", "kept", "other_months", "merged", "returned")}
        blocks.append(Paragraph(words.say("text.received", n=0 if older else len(survey), **rows)))
    problems = issue_counts(result)
    blocks.append(
        Paragraph(
            words.say("text.data_checked", **problems) if sum(problems.values()) else words.say("text.data_clean")
        )
    )
    later = later_doubts(result)
    if later:
        blocks.append(Paragraph(words.say("text.data_later", count=later, table=words.say("table.issues"))))
    return [*blocks, *m.block("files", limit=False)]


def _sample(m: Material) -> list[Block]:
    """Return who answered, who did not, what weighting did in words and two figures, and what may be concluded."""
    unweighted = m.result.weights.status in {"equal", "not_converged"}
    blocks: list[Block] = [
        Note(sentence, "caution") if topic == "weights" and unweighted else Paragraph(sentence)
        for topic, sentence in sample_sentences(m.sample, linked=True)
    ]
    blocks += m.block("conclusions", limit=False)
    blocks += [ChartBlock(chart) for chart in sample_charts(m.sample)]
    return [*blocks, *m.block("margins")]


def _needs(m: Material) -> list[Block]:
    words, totals = m.words, m.totals
    if totals.empty:
        answers = len(m.result.cleaned.survey)
        return [Note(words.say("text.none_published" if answers else "text.no_answers", n=answers), "caution")]
    leading = [need_phrase(row, words) for _, row in totals.head(5).iterrows()]
    blocks: list[Block] = [
        Heading(words.say("heading.list")),
        Paragraph(_tiers(m), lead=words.say(m.key_of_top("text.top_needs", 5), list=words.listed(leading))),
    ]
    bars = charts.need_bars(m.result, m.needs, words)
    blocks += [
        *m.block("needs"),
        *([ChartBlock(bars)] if bars else []),
        Note(words.say(_share_note(m))),
    ]
    asked = m.result.cleaned.questions
    limited = [str(whom) for whom in asked["asked_of"].unique() if whom not in {"全部", ""}]
    if limited:
        blocks.append(Note(words.say("text.asked_of", list=words.listed(limited, 6))))
    for reason in ("partly_asked", "some_asked"):
        partial = totals[totals["flag_reason"].str.contains(reason)]["need"]
        if len(partial):
            blocks.append(Note(words.say(f"text.{reason}", list=words.listed(partial, 10)), "caution"))
    heat = charts.need_heat(m.result, m.needs, words)
    if heat is not None:
        blocks += [Heading(words.say("heading.places")), ChartBlock(heat)]
    if "rankings" in m.tables:
        rankings = m.tables["rankings"]
        place, need = rankings.column_index("community"), rankings.column_index("need")
        first = [str(row[need]) for row in told_rows(rankings, "share") if row[place] == words.place(ALL)]
        key = "ranked_lead" if first else "ranked_untold"
        lead = Paragraph(words.say(f"text.{key}", list=words.leading(first, 3)))
        blocks += [Heading(words.say("heading.ranked")), lead, *m.block("rankings")]
    return blocks


def _share_note(m: Material) -> str:
    """Return the key of the note on shares: a share of those who named a need among their first is no prevalence."""
    if (m.result.needs.totals()["method"] == "rank_only").all():
        return "text.need_note_ranked"
    return "text.need_note" if m.result.weights.representative else "text.need_note_plain"


def _tiers(m: Material) -> str:
    words, shown, must = m.words, m.ordered, m.surely_first
    top = m.result.options.needs.top
    key = "must_none" if not must else "must_tied" if len(must) > top else "must"
    first = words.say(f"text.{key}", list=words.listed(must, top), top=top)
    counts = shown["tier"].value_counts()
    return first + words.say(
        "text.check_tier", count=int(counts.get("待核", 0)), watch=int(counts.get("观察", 0)), top=top
    )


def _supply(m: Material) -> list[Block]:
    result, words = m.result, m.words
    if result.cleaned.menu.empty:
        return [Note(words.say("text.no_menu"), "caution"), *m.block("services"), *order_blocks(m), *norm_blocks(m)]
    services = result.gaps.services
    sites = services.loc[services["site"] != "", "site"].nunique()
    blocks: list[Block] = [
        Heading(words.say("heading.services")),
        Paragraph(
            _use_text(
                services.assign(utilisation=public_use(services, result.options.disclosure)["utilisation"]), words
            ),
            lead=words.say("text.supply_lead", services=result.cleaned.menu["service"].nunique(), sites=sites),
        ),
    ]
    missing, misnamed = ~services["recorded"].astype(bool), services["other_names"] != ""
    for said, rows in (("text.supply_unknown", missing & ~misnamed), ("text.supply_misnamed", misnamed)):
        unknown = services.loc[rows, "service_name"].drop_duplicates()
        if len(unknown) and not result.cleaned.usage.empty:
            blocks.append(Note(words.say(said, list=words.listed(unknown, 8)), "caution"))
    if result.cleaned.usage.empty:
        blocks.append(Note(words.say("text.supply_no_usage", count=services["service"].nunique()), "caution"))
    assumed = services[~services["capacity_known"] | ~services["frequency_known"]]
    if len(assumed):
        blocks.append(Note(words.say("text.supply_assumed", count=len(assumed))))
    blocks += [*m.block("services"), *order_blocks(m)]
    chart = charts.use_quadrants(m.gaps, words) if len(result.gaps.table) else None
    if chart is not None:
        blocks += [Heading(words.say("heading.quadrant")), Paragraph(_quadrant_text(m)), ChartBlock(chart)]
    if "lacking" in m.tables:
        listed = [str(row[0]) for row in m.tables["lacking"].rows]
        lead = words.say("text.lacking", count=len(listed), list=words.leading(listed, 6))
        blocks += [Heading(words.say("heading.coverage")), Paragraph(lead), *m.block("lacking")]
    return [*blocks, *norm_blocks(m)]


def _use_text(services: pd.DataFrame, words: Wording) -> str:
    """Say how well the services of known capacity are used, from the printed rates."""
    known = services[services["utilisation"].notna()]
    if known.empty:
        return ""
    sentence = words.say(
        "text.supply_use",
        recorded=len(known),
        busy=int((whole_per_cents(known["utilisation"]) >= 0.8).sum()),
        idle=int((whole_per_cents(known["utilisation"]) < 0.5).sum()),
    )
    full, idle = _extremes(known, words)
    if not idle:
        return sentence
    sentence += words.say("text.supply_full", list=words.listed(full))
    return sentence + words.say("text.supply_idle", list=words.listed(idle))


def _extremes(known: pd.DataFrame, words: Wording) -> tuple[list[str], list[str]]:
    """Return the most and the least used services, none of them twice; nothing where there are too few to tell."""
    if len(known) < _LEAST_COMPARED:
        return [], []
    most = min(_MOST_COMPARED, len(known) // 2)
    ordered = known.sort_values("utilisation", ascending=False, kind="stable")
    names = pd.Series([place_of(*pair, words) for pair in zip(ordered["service_name"], ordered["site"], strict=True)])
    rates = ordered["utilisation"].reset_index(drop=True)
    full = names.head(most).drop_duplicates()
    idle = names[(rates < rates.iloc[most - 1]) & ~names.isin(full)].iloc[::-1].drop_duplicates().head(most)
    return list(full), list(idle)


def _quadrant_text(m: Material) -> str:
    rows, words = m.gap_totals, m.words
    parts = []
    for name in ("供不应求", "潜在需求", "闲置", "供需适配"):
        needs = list(rows.loc[rows["quadrant_code"] == name, "need"])
        if needs:
            parts.append(
                words.say(
                    "text.quadrant_item",
                    name=words.label("quadrant", name),
                    count=len(needs),
                    needs=words.listed(needs, 4),
                )
            )
    return words.say("text.quadrant_lead", list=words.listed(parts))


def _gaps(m: Material) -> list[Block]:
    words, rows = m.words, m.gap_totals
    if m.gaps.empty:
        reason = m.result.gaps.status
        return [Note(words.say("text.no_gap", reason=words.say(f"word.reason_{reason}")), "caution")]
    listed = [
        words.say(
            "text.gap_item",
            need=row["need"],
            gap=int(row["gap"]),
            interval=row["gap_interval"],
            care=words.care(row["flag_code"]),
            cause=row["cause"],
        )
        for _, row in rows[rows["gap"] > 0].head(4).iterrows()
    ]
    chart = charts.gap_parts(m.gaps, words)
    flows, heat = charts.gap_flows(m.result, m.gaps, words), charts.gap_heat(m.result, m.gaps, words)
    where = gap_map(m.result, m.gaps, words)
    blocks: list[Block] = [
        *(Note(sentence, "caution") for sentence in untold(m.result, words)),
        Heading(words.say("heading.cause")),
        Paragraph(
            _causes_text(rows, words),
            lead=words.say("text.gap_lead", count=len(rows), list=words.listed(listed, 4))
            if listed
            else words.say("text.gap_none", count=len(rows))
            if len(rows)
            else words.say("text.gap_hidden"),
        ),
        *m.block("gaps"),
        Note(words.say("text.gap_note")),
        Heading(words.say("heading.parts")),
        *([ChartBlock(chart)] if chart else []),
        *m.block("parts"),
    ]
    blocks += [ChartBlock(each) for each in charts.present(flows, heat, where)]
    if "reach" in m.tables:
        need, shorter, _, longer = m.tables["reach"].cells[0][:4]
        if isinstance(shorter, (int, float)) and isinstance(longer, (int, float)) and shorter > 0:
            blocks.append(Paragraph(words.say("text.reach", need=need, shorter=int(shorter), longer=int(longer))))
    return blocks


def _causes_text(rows: pd.DataFrame, words: Wording) -> str:
    """Say how many needs are short for which reason; nothing where none is."""
    causes = rows.loc[(rows["cause_code"] != "") & (rows["gap"] > 0), "cause"].value_counts()
    spoken = [words.say("text.cause_item", cause=cause, count=count) for cause, count in causes.items()]
    return words.say("text.gap_causes", list=words.listed(spoken)) if spoken else ""


def _groups(m: Material) -> list[Block]:
    words, blocks = m.words, segment_blocks(m)
    if "equity" in m.tables:
        blocks += [Heading(words.say("heading.equity")), Paragraph(_equity_text(m)), *m.block("equity")]
    if "communities" in m.tables:
        table = m.tables["communities"]
        items = [
            words.say(
                "text.community_item",
                community=row[0],
                rate=table.columns[1].text(row[1]),
                interval=f"{row[2]}{words.care_of(row[table.column_index('flag')])}",
            )
            for row in table.cells
            if not isinstance(row[1], Blank)
        ]
        lead = [Paragraph(words.say("text.communities_lead", list=words.leading(items, 3)))] if items else []
        blocks += [Heading(words.say("heading.communities")), *lead, *m.block("communities", limit=False)]
    return [*blocks, *_grids(m)]


def _equity_text(m: Material) -> str:
    words, rows = m.words, rates_told(m.result)
    worse = [words.groups.get(group, group) for group in furthest_behind(m.result)["group"]]
    head = words.say("text.equity_lead", list=words.listed(worse, 6)) if worse else words.say("text.equity_none")
    everyone = rows[rows["group"] == ALL]
    if everyone.empty:
        return head
    first = everyone.iloc[0]
    return head + words.say(
        "text.equity_overall",
        rate=number_text(first["gap_rate"], "share"),
        interval=f"{interval_text(first['gap_rate_low'], first['gap_rate_high'])}{words.care(first['flag'])}",
    )


def _grids(m: Material) -> list[Block]:
    if "gaps_by_grid" not in m.tables:
        return []
    table, words = m.tables["gaps_by_grid"], m.words
    gap = table.column_index("gap")
    shown = any(isinstance(row[gap], (int, float)) for row in table.rows)
    sentence = words.say("text.grids_lead") if shown else words.say("text.grids_none")
    return [Heading(words.say("heading.grids")), Paragraph(sentence), *(m.block("gaps_by_grid") if shown else [])]


def _referred(m: Material) -> list[Block]:
    words = m.words
    blocks: list[Block] = []
    if "referred" in m.tables:
        table = m.tables["referred"]
        told = [str(row[0]) for row in told_rows(table, "share")]
        key = "referred_lead" if told else "referred_untold"
        lead = words.say(f"text.{key}", count=len(table.rows), list=words.leading(told, 4))
        blocks += [Paragraph(lead), *m.block("referred")]
    if len(m.result.needs.requests):
        blocks += [*_requests(m), *m.block("requests")]
    key = "referred_no_data" if m.result.cleaned.survey.empty else "referred_none"
    return blocks or [Paragraph(words.say(f"text.{key}"))]


def _requests(m: Material) -> list[Block]:
    """Return how many entries came and were closed, rounded like the table's rows: else those told the hidden ones."""
    options = m.result.options.disclosure
    rows = m.result.needs.requests[["requests", "closed"]].sum()
    if too_few([rows["closed"]], [rows["requests"]], options)[0]:
        return []
    total, closed = rounded_counts(rows, options.base)
    rate = number_text(min(closed / total, 1.0), "rate")
    return [Paragraph(m.words.say("text.requests_lead", requests=int(total), closed=int(closed), rate=rate))]


def _change(m: Material) -> list[Block]:
    words = m.words
    if "changes" not in m.tables:
        return [Paragraph(words.say("text.no_new_answers" if rests_on_older(m.result) else "text.first_month"))]
    rows = m.changes
    up, down = ([words.need(code) for code in rows.loc[rows["change"] == word, "need"]] for word in (_UP, _DOWN))
    same = int((rows["change"] == _SAME).sum())
    key = "changed" if up and down else "changed_up" if up else "changed_down" if down else "changed_none"
    sentence = words.say(f"text.{key}", up=words.listed(up, 8), down=words.listed(down, 8))
    compared = int((m.result.needs.totals()["change"] != "/").sum())
    sentence += words.say("text.unclear", same=same, unclear=compared - same - len(up) - len(down))
    sentence += _uncompared_text(m)
    return [Paragraph(sentence), *m.block("changes"), *m.block("outlook")]


def _uncompared_text(m: Material) -> str:
    """Say how many needs were not compared, and name the largest of those that are printed."""
    words, count = m.words, len(m.uncompared)
    if not count:
        return ""
    first = list(m.totals.loc[m.totals["code"].isin(m.uncompared), "need"])
    named = words.say("text.uncompared_named", list=words.listed(first)) if first else ""
    return words.say("text.uncompared", count=count, named=named)


def _actions(m: Material) -> list[Block]:
    words = m.words
    more = new_service_blocks(m.result, words)
    if "actions" not in m.tables:
        return [Paragraph(words.say("text.actions_none")), *more]
    return [
        *([Heading(words.say("heading.actions"))] if more else []),
        Paragraph(words.say("text.actions_lead")),
        *m.block("actions", columns=("kind", "action", "gain", "owner", "due", "flag", "reason")),
        *more,
    ]


def _method(m: Material) -> list[Block]:
    words = m.words
    blocks: list[Block] = [Heading(words.say("heading.method")), *m.block("method", limit=False)]
    if "questions" in m.tables:
        blocks += [Heading(words.say("heading.questions")), *m.block("questions", limit=False)]
    blocks += [*m.block("options", limit=False), *m.block("issues", limit=False)]
    return blocks
