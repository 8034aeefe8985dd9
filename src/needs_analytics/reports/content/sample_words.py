"""The section on the sample in sentences: who answered, what weighting did, what may be concluded and what not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from needs_analytics.core.flags import CAUTION, PUBLISH, WITHHOLD
from needs_analytics.reports.content.disclose import rounded_effective, rounded_persons, too_few
from needs_analytics.reports.content.sample import GROUP, SampleView
from needs_analytics.reports.formats import number_text
from needs_analytics.weights import diagnose

if TYPE_CHECKING:
    from collections.abc import Iterable


def sample_sentences(view: SampleView, *, linked: bool) -> list[tuple[str, str]]:
    """Return what is to be said of the sample: topic and sentences; ``linked`` ones point at the figures."""
    if view.result.cleaned.survey.empty:
        return []
    said = [("who", _who(view)), ("missing", _missing(view)), ("weights", _weights(view, linked=linked))]
    said.append(("worth", _worth(view)))
    return [(topic, sentence) for topic, sentence in said if sentence]


def _who(view: SampleView) -> str:
    survey, words = view.result.cleaned.survey, view.words
    grids = survey.dropna(subset=["grid"]).groupby(["community", "grid"]).ngroups
    sentence = words.say(
        "sample.who",
        n=len(survey),
        offices=survey["office"].nunique(),
        communities=survey["community"].nunique(),
        grids=words.say("text.covered_grids", grids=grids) if grids else "",
    )
    shown = view.modes[~view.modes["hidden"]]
    if len(shown):
        items = [
            words.say("sample.mode_item", mode=words.say(f"mode.{mode}"), n=int(n), share=number_text(share, "share"))
            for mode, n, share in zip(shown["mode"], shown["n"], shown["share"], strict=True)
        ]
        sentence += words.say("sample.modes", list=words.listed(items))
    return sentence + (words.say("text.younger") if len(survey) > view.n else "")


def _missing(view: SampleView) -> str:
    words = view.words
    if view.classes.empty:
        return words.say("sample.no_register")
    over, under = view.told("over"), view.told("under")
    key = "both" if over and under else "over" if over else "under" if under else "even"
    absent, silent = view.named("none"), view.silent
    alike = not (absent or silent)  # where whole classes are missing the others' likeness says little
    rest = words.say("sample.rest") if alike and key != "both" else ""
    margins = _margins(view, ())
    told = {"over": words.listed(over), "under": words.listed(under), "rest": rest, "margins": margins}
    sentence = words.say(f"sample.{key}", **told) if key != "even" or alike else ""
    if absent:
        sentence += words.say("sample.absent", list=words.listed(absent, 10))
    if silent:
        share = number_text(view.result.weights.absent, "share")
        sentence += words.say("sample.silent", list=words.listed(silent, 10), share=share)
    if view.result.weights.contradictory:
        sentence += words.say("sample.contradictory")
    if view.untold:
        sentence += words.say("sample.untold", margins=words.listed(view.untold))
    grids, empty = view.empty_grids
    return sentence + (words.say("sample.empty_grids", grids=grids, count=empty) if empty else "")


def _weights(view: SampleView, *, linked: bool) -> str:
    weights, words = view.result.weights, view.words
    if weights.status in {"equal", "not_converged"}:
        return words.say("text.not_representative" if weights.status == "equal" else "text.not_converged")
    sentence = words.say(
        "sample.weighted",
        margins=_margins(view, weights.codes),
        **{"except": words.say("sample.except") if view.named("none") or view.silent else ""},
        figure=words.say("sample.see", id="balance") if linked and len(view.balanced) else "",
    )
    if not view.spread:
        return sentence
    weight = weights.table["weight"]
    mean, most = rounded_persons([weight.mean(), weight.max()], 1)
    sentence += words.say(
        "sample.largest",
        mean=int(mean),
        most=int(most),
        ratio=f"{weight.max() / weight.mean():.1f}",
        bound=words.say("sample.at_bound") if view.at_bound else "",
        figure=words.say("sample.see", id="weight_bars") if linked else "",
    )
    if view.bounds == "dropped":
        sentence += words.say("sample.unbounded", **view.limits)
    sentence += words.say("sample.top", share=number_text(_figure(view, "top_share"), "share"))
    return sentence + (words.say("sample.heaviest", list=words.listed(view.heaviest)) if view.heaviest else "")


def _margins(view: SampleView, names: Iterable[str]) -> str:
    """Name margins, by default those that were compared with the register."""
    told = [*names] or view.classes["margin"].unique().tolist()
    known = dict.fromkeys("groups" if name.startswith(GROUP) else name for name in told)
    return view.words.listed([view.words.say(f"word.{name}") for name in known])


def _figure(view: SampleView, name: str) -> float:
    figures = diagnose(view.result.weights).table.set_index("figure")["value"]
    return float(figures[name])


def _worth(view: SampleView) -> str:
    weights, words = view.result.weights, view.words
    if weights.status != "raked" or not view.spread:
        return ""
    options = view.result.options.disclosure
    younger = len(view.result.cleaned.survey) - view.n
    key = "worth_untold" if too_few([younger], None, options)[0] else "worth"  # two exact numbers would tell them
    more = number_text(np.sqrt(weights.deff) - 1.0, "share")
    deff, n_eff = f"{weights.deff:.2f}", rounded_effective(weights.n_eff)
    return words.say(f"sample.{key}", more=more, n=view.n, n_eff=n_eff, deff=deff)


def conclusions(view: SampleView) -> list[tuple[str, str, str]]:
    """Return what may be concluded, what with care, and what not: flag word of the needs list, what, why."""
    if view.result.cleaned.survey.empty:
        return []
    return [*_may(view), *_with_care(view), *_may_not(view)]


def _say(view: SampleView, flag: str, key: str, **details: object) -> tuple[str, str, str]:
    return flag, *view.words.say(f"conclude.{key}", **details).split("|", 1)  # type: ignore[return-value]


def _may(view: SampleView) -> list[tuple[str, str, str]]:
    needs = view.result.needs
    totals = needs.totals()
    good = int((totals["flag"] == PUBLISH).sum())
    if not good:
        return []
    rows = [_say(view, PUBLISH, "whole", count=good)]
    by_place = needs.at("community")
    places = int(by_place.loc[by_place["flag"] == PUBLISH, "community"].nunique())
    return [*rows, *([_say(view, PUBLISH, "communities", count=places)] if places else [])]


def _with_care(view: SampleView) -> list[tuple[str, str, str]]:
    table = view.result.needs.table
    rows = [_say(view, CAUTION, "flagged")] if (table["flag"] == CAUTION).any() else []
    if len(view.result.needs.at("grid")):
        grids = max(view.empty_grids[0], 1)
        rows.append(_say(view, CAUTION, "grids", each=f"{view.n / grids:.0f}"))
    opted = view.opt_in
    if len(opted):
        share = number_text(min(float(opted["share"].sum()), 1.0), "share")
        modes = view.words.listed([view.words.say(f"mode.{mode}") for mode in opted["mode"]])
        rows.append(_say(view, CAUTION, "opt_in", modes=modes, share=share))
    for reason in ("interviewer", "channel"):
        doubted = table.loc[table["flag_reason"].str.split(";").map(set).map({reason}.issubset), "need"].unique()
        names = view.words.listed([view.words.need(code) for code in doubted], 6)
        rows += [_say(view, CAUTION, reason, list=names)] if len(doubted) else []
    return rows


def _may_not(view: SampleView) -> list[tuple[str, str, str]]:
    words, result = view.words, view.result
    rows = [] if result.weights.representative else [_say(view, WITHHOLD, "nobody_else")]
    totals = result.needs.totals()
    said = [issue.value for issue in result.needs.issues if issue.code in {"I620", "I625"}]
    partly = totals.loc[totals["need_name"].isin(said), "need"]
    if len(partly):
        rows.append(_say(view, WITHHOLD, "unasked", list=words.listed([words.need(code) for code in partly], 6)))
    absent = [*view.named("none"), *view.silent]
    if absent:
        rows.append(_say(view, WITHHOLD, "absent", list=words.listed(absent, 10)))
    if len(result.needs.at("grid")):
        rows.append(_say(view, WITHHOLD, "grid_order"))
    if (result.needs.table["flag"] == WITHHOLD).any():
        rows.append(_say(view, WITHHOLD, "withheld"))
    return [*rows, _say(view, WITHHOLD, "causes"), _say(view, WITHHOLD, "children")]
