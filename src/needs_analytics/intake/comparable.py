"""题目换版: questions an office asks otherwise than the month before, and the needs that cannot be compared then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from needs_analytics.core.issue import Issue
from needs_analytics.core.tables import iter_rows
from needs_analytics.core.wording import key, same_wording
from needs_analytics.intake.public_options import FOLDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from needs_analytics.core.mapping import Crosswalk

_OF_NEEDS = frozenset({"需要", "希望新增", "最需要前k"})
_NO_NEED = frozenset({"none", "unknown", "other"})
_DATED = re.compile(r"\d+|年|月份?|[-_. ]")
_IMPROBABLE = 0.001  # chance that nobody ticks an option that is still there


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question of one office as it was asked in a month; ``times`` is how often each need was chosen."""

    office: str
    question: str
    wording: str
    form: tuple[str, str, str, str]
    meanings: Mapping[str, str]
    times: Mapping[str, float]
    answered: float

    @property
    def identity(self) -> str:
        """The number the office's dictionary gives, which holds whatever the wording is; else the wording."""
        number, wording = key(self.question), same_wording(self.wording)
        own = re.search(r"[^\W\d]", number) and same_wording(self.question) != wording and not _plain_number(number)
        return f"#{number}" if own else wording

    @property
    def needs(self) -> set[str]:
        """The needs the question asks about."""
        return {need for need in self.meanings.values() if need and need not in _NO_NEED}


@dataclass(frozen=True, slots=True)
class Changes:
    """What was asked otherwise than the month before.

    Attributes
    ----------
    needs
        Needs whose estimates of the two months must not be compared.
    issues
        One per question, with the lines that would allow the comparison.
    """

    needs: frozenset[str] = frozenset()
    issues: tuple[Issue, ...] = ()

    def comparable(self, previous: pd.DataFrame | None) -> pd.DataFrame | None:
        """Return the estimates of the month before that may be compared."""
        return previous if previous is None else previous[~previous["need"].isin(self.needs)]


def changed_questions(
    now: pd.DataFrame,
    before: pd.DataFrame,
    *,
    month: str,
    crosswalks: Sequence[Crosswalk] = (),
    names: Mapping[str, str] | None = None,
) -> Changes:
    """Compare the questions of a month with those of the month before, office by office.

    A question is the same where its wording is (but for numbering, hints, punctuation and width) or the office's own
    dictionary gives both the same number. Another wording about the same needs, another kind, sense, unit or blank
    rule, an option that means another need, and a need that is surely new among or gone from the options make it
    another one, unless a crosswalk line says that it is the same.

    Parameters
    ----------
    now, before
        Question dictionaries: a row per option.
    crosswalks
        From ``mapping.toml``.
    names
        Need to its name, for the sentences.
    """
    later, earlier = _by_office(now), _by_office(before)
    names, issues, needs = names or {}, [], set()
    for office in later.keys() & earlier.keys():
        for asked, old in _pairs(later[office], earlier[office]):
            changes = _changes(asked, old, names)
            if changes and not any(walk.allows(asked.office, asked.wording, old.wording, month) for walk in crosswalks):
                concerned = asked.needs | old.needs
                needs |= concerned
                issues.append(_said(asked, old, changes, month, sorted(names.get(n, n) for n in concerned)))
    return Changes(
        frozenset(needs), tuple(sorted(issues, key=lambda issue: (str(issue.details["office"]), issue.value)))
    )


def _said(asked: _Asked, old: _Asked, changes: Mapping[str, str], month: str, needs: Sequence[str]) -> Issue:
    details = {"office": asked.office, "before": old.wording, "month": month, "needs": "、".join(needs)}
    code = "W231" if "wording" in changes else "W232"
    return Issue(code, value=asked.wording, details={**details, "changes": "；".join(filter(None, changes.values()))})


def _by_office(table: pd.DataFrame) -> dict[str, list[_Asked]]:
    found: dict[str, list[_Asked]] = {}
    if table.empty:
        return found
    rows = table[table["sense"].isin(_OF_NEEDS)].reindex(columns=[*table.columns.union(["times", "answered"])])
    for (office, question, wording), part in rows.groupby(["office", "question", "wording"], sort=False):
        form = tuple(str(part[name].iloc[0]) for name in ("kind", "sense", "unit", "blank"))
        meanings = {
            same_wording(str(option)) or str(option): str(need)
            for option, need in iter_rows(part, "option", "need")
            if need not in _NO_NEED
        }
        times = pd.to_numeric(part["times"]).groupby(part["need"].where(part["need"] != "", part["option"])).sum()
        answered = float(pd.to_numeric(part["answered"]).max())
        asked = _Asked(str(office), str(question), str(wording), form, meanings, times.to_dict(), answered)  # type: ignore[arg-type]
        if asked.needs:
            found.setdefault(_DATED.sub("", key(str(office))) or key(str(office)), []).append(asked)
    return found


def _pairs(later: Sequence[_Asked], earlier: Sequence[_Asked]) -> Iterable[tuple[_Asked, _Asked]]:
    """Pair each question with the same one of the month before, else with the one that shares the most needs."""
    known = {old.identity: old for old in earlier}
    same = {asked.identity for asked in later} & known.keys()
    rest = [old for old in earlier if old.identity not in same]
    for asked in later:
        if asked.identity in same:
            yield asked, known[asked.identity]
            continue
        shared = [(len(asked.needs & old.needs) / len(asked.needs | old.needs), old) for old in rest]
        best = max(shared, key=lambda pair: pair[0], default=(0.0, asked))
        if best[0] > 0:
            yield asked, best[1]


def _changes(asked: _Asked, old: _Asked, names: Mapping[str, str]) -> dict[str, str]:
    """Return what is different, by kind of difference, in words that stand in both languages' sentences."""
    changes = {}
    if asked.identity != old.identity:
        changes["wording"] = ""
    if asked.form != old.form:
        pairs = zip(old.form, asked.form, strict=True)
        changes["form"] = "、".join(f"{was}→{now}" for was, now in pairs if was != now)
    common = asked.meanings.keys() & old.meanings.keys()
    moved = sorted(option for option in common if asked.meanings[option] != old.meanings[option])
    if moved:
        changes["meaning"] = "、".join(
            f"{option}（{_name(old.meanings[option], names)}→{_name(asked.meanings[option], names)}）"
            for option in moved
        )
    new, gone = _appeared(asked, old), _appeared(old, asked)
    if new or gone:
        marked = [f"+{_name(need, names)}" for need in new] + [f"−{_name(need, names)}" for need in gone]
        changes["options"] = "、".join(marked)
    return changes


def _name(need: str, names: Mapping[str, str]) -> str:
    return names.get(need, need) or "?"


def _appeared(one: _Asked, other: _Asked) -> list[str]:
    """Return what is chosen so often in one month that somebody would have chosen it in the other, were it there."""
    if not (one.answered > 0 and other.answered > 0):
        return []
    listed = {*other.times, *other.meanings, *other.meanings.values()}
    listed |= one.times.keys() - one.needs if FOLDED in other.times else set()  # it may be among what few typed
    return sorted(
        need
        for need, count in one.times.items()
        if need not in listed | _NO_NEED
        and same_wording(need) not in listed
        and (1 - min(count / one.answered, 1)) ** other.answered < _IMPROBABLE
    )


def _plain_number(number: str) -> bool:
    return bool(re.fullmatch(r"(?:q|第|问题|题)?\d{1,3}(?:题|[a-z])?", number))
