"""The section on the sample in tables and in two figures."""

from __future__ import annotations

from needs_analytics.core.channels import OPT_IN, PAPER, UNTOLD
from needs_analytics.core.flags import CAUTION, PUBLISH, WITHHOLD
from needs_analytics.core.tables import iter_rows
from needs_analytics.reports.charts import Bar, BarChart, Chart, DotChart
from needs_analytics.reports.content.columns import columns
from needs_analytics.reports.content.disclose import blanked, hidden_where
from needs_analytics.reports.content.sample import SampleView, margin_name
from needs_analytics.reports.content.sample_words import conclusions, sample_sentences
from needs_analytics.reports.formats import UNKNOWN
from needs_analytics.reports.tables import Table

_DOTS = 12


def sample_tables(view: SampleView) -> list[Table]:
    """Return the tables of the section; what is said in sentences stands in one of them, for the workbook."""
    words = view.words
    said = [(words.say(f"topic.{topic}"), sentence) for topic, sentence in sample_sentences(view, linked=False)]
    drawn = conclusions(view)
    rows = [(words.say(f"may.{_MAY[flag]}"), what, why) for flag, what, why in drawn]
    tables = [
        Table("sample", words.say("table.sample"), columns("term meaning", words), said),
        Table("conclusions", words.say("table.conclusions"), columns("may what why", words), rows),
        _mode_table(view),
        _margin_table(view),
        _weight_table(view),
    ]
    return [table for table in tables if table.rows]


_MAY = {PUBLISH: "yes", CAUTION: "care", WITHHOLD: "no"}


def _mode_table(view: SampleView) -> Table:
    words = view.words
    shown = columns("contact n of_answers by_themselves", words)
    if view.result.cleaned.survey.empty:
        return Table("contacts", words.say("table.contacts"), shown, [])
    frame = view.modes.rename(columns={"share": "of_answers"})
    frame = frame.assign(
        contact=[words.say(f"mode.{mode}") for mode in frame["mode"]],
        by_themselves=[words.say(f"word.{'opted_in' if mode in OPT_IN else 'asked'}") for mode in frame["mode"]],
    )
    frame["by_themselves"] = frame["by_themselves"].astype(object).mask(frame["mode"].isin([UNTOLD, PAPER]), UNKNOWN)
    return Table.from_frame("contacts", words.say("table.contacts"), blanked(frame, ("n", "of_answers")), shown)


def _margin_table(view: SampleView) -> Table:
    """Return the shares of the register's classes in the population and in the sample before and after weighting."""
    words, classes = view.words, view.classes
    shown = columns("margin label n before target after standing", words)
    if classes.empty:
        return Table("margins", words.say("table.margins"), shown, [])
    frame = classes.assign(
        margin=[margin_name(name, words) for name in classes["margin"]],
        label=[words.margin_class(label) for label in classes["label"]],
        standing=[words.say(f"standing.{word}") if word else "" for word in classes["standing"]],
    )
    telling = ("before", "after", "n", "standing")
    notes = [words.say("note.margins")] if classes["margin"].str.startswith("group:").any() else []
    return Table.from_frame("margins", words.say("table.margins"), blanked(frame, telling), shown, notes=notes)


def _weight_table(view: SampleView) -> Table:
    words = view.words
    shown = columns("weight_class n of_answers of_residents", words)
    if view.result.weights.status != "raked" or not view.spread:
        return Table("weight_classes", words.say("table.weight_classes"), shown, [])
    frame = view.steps.rename(columns={"share": "of_answers"})
    frame = frame.assign(
        weight_class=[words.say(f"weight_step.{step}") for step in frame["step"]],
        of_residents=hidden_where(frame["carried"].round(2), frame["hidden"]),
    )
    frame = blanked(frame, ("n", "of_answers"))
    return Table.from_frame("weight_classes", words.say("table.weight_classes"), frame, shown)


def sample_charts(view: SampleView) -> list[Chart]:
    """Return the two figures of the weights: differences before and after, and how the weights spread."""
    return [chart for chart in (balance_dots(view), weight_bars(view)) if chart is not None]


def balance_dots(view: SampleView) -> DotChart | None:
    """Return how far each margin class was off before and after weighting (a love plot)."""
    rows = view.balanced.head(_DOTS)
    if rows.empty:
        return None
    names = [view.class_name(*pair) for pair in zip(rows["margin"], rows["label"], strict=True)]
    data = list(zip(names, rows["asmd_before"].astype(float), rows["asmd_after"].astype(float), strict=True))
    words, limit = view.words, view.result.options.report.balance_limit
    labels = words.say("chart.before"), words.say("chart.after")
    axis = words.say("chart.axis_balance")
    return DotChart("balance", words.say("chart.balance"), data, *labels, limit=limit, axis=axis)


def weight_bars(view: SampleView) -> BarChart | None:
    """Return the answers by how many residents each stands for, relative to the mean."""
    if view.result.weights.status != "raked" or not view.spread:
        return None
    words = view.words
    bars = [
        Bar(words.say(f"weight_step.{step}"), None if hidden else float(share))
        for step, share, hidden in iter_rows(view.steps, "step", "share", "hidden")
    ]
    return BarChart("weight_bars", words.say("chart.weights"), bars, axis=words.say("chart.axis_weights"))
