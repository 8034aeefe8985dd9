"""Which rows are one person: keyed identifiers joined by union, slips weighed, contradictions kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from needs_analytics.intake.likeness import CERTAIN, LISTED, compare, door_of, evidence, name_level, probability
from needs_analytics.intake.people import hashes_of, told_by

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from needs_analytics.core.arrays import Bools, Floats, Ints, Objects

_BESIDE_A_NAME = ("phone", "told_born", "address", "written_card", "written_phone")
"""What tells a person together with the name, the strongest first; the last two also damaged or masked."""
_WRITTEN = {"phone": "written_phone", "address": "address", "id_card": "written_card"}
_GENERATION = 10  # years between two ages that no slip of memory makes
_LARGEST_BLOCK = 40  # records; of more that share part of an identifier none is compared
FAMILY = 8  # names; a phone, a door or a card beside more of them is a clerk's, a home's or somebody else's


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two rows that may be one person: their positions among all rows, and how they compare."""

    first: int
    second: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Linked:
    """Who is who.

    Attributes
    ----------
    keys
        A keyed hash per row.
    evidence
        Per row what joins it to every row of its key, ``""`` when it is alone: its record's number, then
        ``/number=words`` for every record of the person, words of the catalogue joined by ``;``.
    doubts
        Pairs of rows for the office to decide, as listed.
    clashes
        Positions of rows that share a valid ID card and contradict one another in sex or date of birth.
    crowded
        Field to the positions of the rows whose phone, door or card stands beside more names than a family has.
    known
        A keyed hash per row of the strongest identifier of its person; ``None`` where nothing but its place tells it.
    """

    keys: Objects
    evidence: Objects
    doubts: tuple[Doubt, ...]
    clashes: tuple[tuple[int, ...], ...]
    crowded: dict[str, Ints]
    known: Objects


@dataclass(frozen=True, slots=True)
class _Facts:
    """What may not differ within a person, on the records; -1 and NaN for nothing known."""

    card: Ints
    sex: Ints
    low: Floats
    high: Floats
    apart: Ints

    def contradicts(self, person: Ints) -> Bools:
        """Return which persons would have two valid cards, two sexes, ages a generation apart or be told apart."""
        number = int(person.max(initial=-1)) + 1
        bad = np.zeros(number, dtype=bool)
        for codes in (self.card, self.sex):
            known = codes >= 0
            pairs = np.unique(person[known] * (int(codes.max(initial=0)) + 1) + codes[known])
            bad |= np.bincount(pairs // (int(codes.max(initial=0)) + 1), minlength=number) > 1
        oldest, youngest = np.full(number, -np.inf), np.full(number, np.inf)
        np.fmax.at(oldest, person, self.low)
        np.fmin.at(youngest, person, self.high)
        bad |= oldest - youngest > _GENERATION
        one, other = person[self.apart[:, 0]], person[self.apart[:, 1]]
        bad[one[one == other]] = True
        return bad


def link(
    rows: pd.DataFrame, secret: bytes, *, asked: Bools, listed: Bools | None = None,
    same: Sequence[tuple[int, int]] = (), apart: Sequence[tuple[int, int]] = (),
) -> Linked:  # fmt: skip
    """Give every row a key of its person and say by which evidence.

    A row without an identifier has a key of its own, made from where it stands. No person ever has two valid ID cards.

    Parameters
    ----------
    rows
        What :func:`needs_analytics.intake.people.told_by` read of every row.
    secret
        Key of the HMAC-SHA-256.
    asked
        The rows of the survey in which somebody answers for himself: only of them contradictions and doubts are said.
    listed
        The rows of ledgers and rosters, in which one person on thirty rows is the rule.
    same, apart
        Pairs of rows that the office declared one person, or two.

    Notes
    -----
    A valid ID card joins by itself, unless the names beside it cannot be one. All else is weighed: pairs of records
    that share a name beside a phone, a date of birth or a door, or a part of an identifier, are scored
    (:func:`needs_analytics.intake.likeness.probability`), joined from :data:`CERTAIN` on and listed from
    :data:`LISTED`. A component that contradicts itself (:class:`_Facts`) is joined only where the records agree in
    card, name, sex and age as well. A phone, a door or a card beside more names than a family has tells nobody. Listed
    rows of one community (or, without one, one sheet) are joined by the name and one thing beside it, alike to the
    letter. Nothing depends on the order of rows or files.
    """
    clashes = _clashes(rows, asked)
    at = np.flatnonzero(_reachable(rows, [row for pair in (*same, *apart) for row in pair]))
    known, crowded = _uncrowded(_scoped(rows, listed).iloc[at].reset_index(drop=True))
    same, apart = ([(int(one), int(other)) for one, other in np.searchsorted(at, np.reshape(pairs, (-1, 2)))]
                   for pairs in (same, apart))  # fmt: skip
    record, records = _records(known, same, apart)
    facts = _facts(records, record, apart)
    person = _joined_by_card(_told_same(record, facts, same), facts, records)
    pairs = _candidates(records, person, facts)
    sure = pairs.chance >= CERTAIN
    joined = _joined_pairs(person, pairs.first[sure], pairs.second[sure], facts, records)
    joined = _joined_by_list(joined, facts, records)
    told = np.full(len(rows), "", dtype=object)
    told[at] = _evidence(record, joined, records, same)
    tokens = rows["place"].to_numpy(object, copy=True)
    chosen, strongest = _tokens(known, record, records, joined)
    tokens[at] = chosen
    by = np.full(len(rows), None, dtype=object)
    by[at[strongest != ""]] = hashes_of(strongest[strongest != ""], secret)
    hidden = np.isin(at, [row for group in clashes for row in group])
    doubts = _doubts(known, record, joined, pairs, asked[at] & ~hidden)
    questions = tuple(Doubt(int(at[doubt.first]), int(at[doubt.second]), doubt.evidence) for doubt in doubts)
    beyond: dict[str, Ints] = {field: at[where] for field, where in crowded.items()}
    return Linked(hashes_of(tokens, secret), told, questions, clashes, beyond, by)


def _scoped(rows: pd.DataFrame, listed: Bools | None) -> pd.DataFrame:
    """Return the rows with whether they are listed, and within what listed rows of one name are one person."""
    of_list = np.zeros(len(rows), dtype=bool) if listed is None else listed
    sheet = rows["place"].str.rpartition("|")[0].where(of_list, "")
    return rows.assign(listed=of_list, scope=rows["community"].where(rows["community"] != "", sheet))


def _reachable(rows: pd.DataFrame, said: Sequence[int]) -> Bools:
    """Whether a row tells anything by which it may be found in another."""
    beside = (rows["told_born"] != "") & (rows["name"] != "")
    found = beside | (rows["written_card"] != "") | (rows["written_phone"] != "") | (rows["address"] != "")
    reachable = found.to_numpy(dtype=bool, copy=True)
    reachable[list(said)] = True
    return reachable


def _uncrowded(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Bools]]:
    """Return the rows without the phones, doors and cards that stand beside more names than a family has, and which."""
    lost = {column: _crowded(rows[column], rows["name"]) for column in _WRITTEN.values()}
    card = lost["written_card"]
    changed = {name: rows[name].mask(where, "") for name, where in lost.items() if where.any()}
    if lost["written_phone"].any():
        changed["phone"] = rows["phone"].mask(lost["written_phone"], "")
    if card.any():
        changed |= {"card": rows["card"].mask(card, ""), "born": rows["born"].mask(card, rows["told_born"])}
    return rows.assign(**changed), {field: lost[column] for field, column in _WRITTEN.items()}


def _crowded(values: pd.Series, names: pd.Series) -> Bools:
    codes, called = _codes(values), _codes(names)
    distinct = np.unique(_wide(codes, called)[(codes >= 0) & (called >= 0)])
    beside = np.bincount(distinct // (int(called.max(initial=0)) + 1), minlength=int(codes.max(initial=-1)) + 2)
    return (beside > FAMILY)[codes] & (codes >= 0)


def _wide(one: Ints, other: Ints) -> Ints:
    return one * (int(other.max(initial=0)) + 1) + other


def _records(
    rows: pd.DataFrame, same: Sequence[tuple[int, int]], apart: Sequence[tuple[int, int]]
) -> tuple[Ints, pd.DataFrame]:
    """Return each row's record, and the records: distinct rows, where equal rows are certainly one person."""
    columns = ["card", "written_card", "written_phone", "name", "born", "told_born", "address", "sex", "community",
               "low", "high", "listed", "scope"]  # fmt: skip
    codes: Ints = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        codes = _paired(codes, pd.factorize(rows[column], use_na_sentinel=False)[0])
    first, size = np.unique(codes, return_index=True, return_counts=True)[1:]
    several = rows.iloc[first[size > 1]]
    certain = (several["card"] != "").to_numpy() | (probability(compare(several, several)) >= CERTAIN)
    beside = (several[list(_BESIDE_A_NAME)] != "").any(axis=1) & (several["name"] != "")
    certain |= (beside & several["listed"]).to_numpy(dtype=bool)
    alone = ~np.isin(codes, codes[first[size > 1][certain]])
    alone[[row for pair in (*same, *apart) for row in pair]] = True
    codes[alone] = -1 - np.flatnonzero(alone)
    record = np.asarray(pd.factorize(codes)[0], dtype=np.int64)
    return record, rows.iloc[np.unique(record, return_index=True)[1]].reset_index(drop=True)


def _facts(records: pd.DataFrame, record: Ints, apart: Sequence[tuple[int, int]]) -> _Facts:
    return _Facts(
        _codes(records["card"]),
        _codes(records["sex"]),
        records["low"].to_numpy(float),
        records["high"].to_numpy(float),
        record[np.array(apart, dtype=np.int64).reshape(-1, 2)],
    )


def _codes(texts: pd.Series) -> Ints:
    """Return integer codes of texts, -1 for an empty one."""
    return np.asarray(pd.factorize(texts.mask(texts == ""))[0], dtype=np.int64)


def _paired(one: Ints, other: Ints) -> Ints:
    """Return codes of pairs of codes, -1 where one of them is."""
    missing = (one < 0) | (other < 0)
    codes = pd.factorize(np.where(missing, -1, _wide(one, other)))[0]
    return np.where(missing, -1, codes).astype(np.int64)


def _components(person: Ints, first: Ints, second: Ints, more: int = 0) -> Ints:
    """Return each record's component when persons are joined by edges; ``more`` nodes stand beside the persons."""
    number = int(person.max(initial=-1)) + 1 + more
    if not number:
        return person
    label = np.arange(number)
    while True:  # the lowest label spreads along the edges; scipy would cost more to load than this takes
        before, low = label.copy(), np.minimum(label[first], label[second])
        for ends in (first, second, before[first], before[second]):
            np.minimum.at(label, ends, low)
        label = label[label]
        if (label == before).all():
            return np.unique(label, return_inverse=True)[1][person].astype(np.int64)


def _by_token(person: Ints, token: Ints) -> Ints:
    known = token >= 0
    number = int(person.max(initial=-1)) + 1
    return _components(person, person[known], number + token[known], int(token.max(initial=-1)) + 1)


def _joined_by_card(person: Ints, facts: _Facts, records: pd.DataFrame) -> Ints:
    """Join persons by a valid card; where that contradicts itself, records that agree in everything else as well."""
    joined = _by_token(person, facts.card)
    bad = facts.contradicts(joined) | _named_apart(joined, facts.card, records["name"])
    if not bad.any():
        return joined
    number = int(facts.card.max(initial=-1)) + 1
    finer = np.where(facts.card < 0, -1, _alike(records, facts))
    again = _by_token(person, np.where(bad[joined] & (facts.card >= 0), number + finer, facts.card))
    return _without(again, facts.contradicts(again), person)


def _joined_pairs(person: Ints, first: Ints, second: Ints, facts: _Facts, records: pd.DataFrame) -> Ints:
    """Join persons by pairs of records; where that contradicts itself, only pairs that agree in everything else."""
    joined = _components(person, person[first], person[second])
    bad = facts.contradicts(joined)
    if not bad.any():
        return joined
    alike = _alike(records, facts)
    kept = ~bad[joined[first]] | (alike[first] == alike[second])
    again = _components(person, person[first[kept]], person[second[kept]])
    return _without(again, facts.contradicts(again), person)


def _joined_by_list(person: Ints, facts: _Facts, records: pd.DataFrame) -> Ints:
    """Join listed records by their name and what stands beside it, to a person of the survey where only one has both.

    Where that contradicts itself or unites two people of the survey, listed records are joined among themselves, at
    last only those that agree in everything else.
    """
    listed = records["listed"].to_numpy(bool)
    if not listed.any():
        return person
    named = _paired(_codes(records["name"]), _codes(records["scope"]))
    alike = _alike(records, facts)
    for kind in _BESIDE_A_NAME:
        token = _paired(named, _codes(records[kind]))
        among = np.where(listed, token, -1)
        finer = _paired(among, alike)
        offset = len(records)
        wanted = np.where(listed | _only(token, person, listed), token, -1)
        for narrower in (among + offset, finer + 2 * offset):
            joined = _by_token(person, wanted)
            bad = _bad_list(joined, person, facts, listed)
            wanted = np.where(bad[joined] & (wanted >= 0), np.where(among < 0, -1, narrower), wanted)
        joined = _by_token(person, wanted)
        person = _without(joined, _bad_list(joined, person, facts, listed), person)
    return person


def _only(token: Ints, person: Ints, listed: Bools) -> Bools:
    """Return the records of the survey whose token no other person of it has."""
    pairs = np.unique(np.column_stack([token, person])[~listed & (token >= 0)], axis=0)
    owners = np.bincount(pairs[:, 0], minlength=int(token.max(initial=-1)) + 2)
    return np.asarray(~listed & (token >= 0) & (owners[token] == 1), dtype=bool)


def _bad_list(joined: Ints, before: Ints, facts: _Facts, listed: Bools) -> Bools:
    """Return the persons that contradict themselves or unite two people of the survey."""
    surveyed = np.unique(np.column_stack([joined, before])[~listed], axis=0)
    number = int(joined.max(initial=-1)) + 1
    several: Bools = np.bincount(surveyed[:, 0], minlength=number) > 1
    return facts.contradicts(joined) | several


def _alike(records: pd.DataFrame, facts: _Facts) -> Ints:
    """Return codes of what records tell of card, name, sex and age; who is told apart is like nobody."""
    codes: Ints = np.zeros(len(records), dtype=np.int64)
    codes[facts.apart.ravel()] = 1 + np.arange(facts.apart.size)
    for column in ("card", "name", "sex", "low", "high"):
        codes = _paired(codes, pd.factorize(records[column], use_na_sentinel=False)[0])
    return codes


def _without(joined: Ints, bad: Bools, before: Ints) -> Ints:
    """Undo the joining of persons that contradict themselves."""
    number = int(joined.max(initial=-1)) + 1
    return np.asarray(pd.factorize(np.where(bad[joined], number + before, joined))[0], dtype=np.int64)


def _named_apart(person: Ints, token: Ints, names: pd.Series) -> Bools:
    """Return the persons whose one card stands with names that cannot be one: a card of somebody else was filled in."""
    bad = np.zeros(int(person.max(initial=-1)) + 1, dtype=bool)
    told = pd.DataFrame({"person": person, "name": names})[(token >= 0) & (names != "").to_numpy()].drop_duplicates()
    several = told[told["person"].duplicated(keep=False)]
    for one, group in several.groupby("person"):
        known = sorted(group["name"])
        bad[int(str(one))] = any(name_level(a, b) == "other" for at, a in enumerate(known) for b in known[:at])
    return bad


def _told_same(record: Ints, facts: _Facts, same: Sequence[tuple[int, int]]) -> Ints:
    person = np.arange(int(record.max(initial=-1)) + 1)
    pairs = record[np.array(same, dtype=np.int64).reshape(-1, 2)]
    joined = _components(person, pairs[:, 0], pairs[:, 1])
    cards = _Facts(facts.card, np.full_like(facts.sex, -1), facts.low * np.nan, facts.high * np.nan, facts.apart)
    return _without(joined, cards.contradicts(joined), person)


class _Pairs(NamedTuple):
    """Pairs of records with the probability that they are one person and how they compare, in words."""

    first: Ints
    second: Ints
    chance: Floats
    words: Objects


def _candidates(records: pd.DataFrame, person: Ints, facts: _Facts) -> _Pairs:
    """Return pairs of records of different persons that share part of an identifier and may be one."""
    number = max(len(records), 1)
    found = np.unique(np.concatenate([
        *(_within(codes, len(records)) for codes in _blocks(records)),
        *(_chained(codes, records) for codes in _exact(records)),
    ]))  # fmt: skip
    first, second = found // number, found % number
    one, other = facts.card[first], facts.card[second]
    told = np.sort(facts.apart, axis=1)
    kept = (person[first] != person[second]) & ((one < 0) | (other < 0) | (one == other))
    kept &= ~np.isin(found, told[:, 0] * number + told[:, 1])
    return _scored(records, first[kept], second[kept], facts, least=LISTED)


def _scored(records: pd.DataFrame, first: Ints, second: Ints, facts: _Facts, *, least: float) -> _Pairs:
    """Return the pairs of at least some probability; one card beside two names is asked about."""
    levels = compare(records.iloc[first], records.iloc[second])
    chance = probability(levels)
    shared = (facts.card[first] >= 0) & (facts.card[first] == facts.card[second])
    chance[shared] = LISTED
    near = chance >= least
    words = evidence({field: found[near] for field, found in levels.items()})
    words[shared[near]] = [f"id_card;{text}" for text in words[shared[near]]]
    return _Pairs(first[near], second[near], chance[near], words)


def _blocks(records: pd.DataFrame) -> list[Ints]:
    """Return what records are compared within: a slip leaves at least one of an identifier's parts as it was."""
    name, phone, card = _codes(records["name"]), records["written_phone"], records["written_card"]
    parts: list[Callable[[str], str]] = [
        lambda text: text[-4:],
        lambda text: text[:7],
        lambda text: text[:3] + text[-3:],
    ]
    blocks = _exact(records)
    blocks += [_paired(name, _part(phone, part)) for part in parts]
    blocks += [_part(phone, lambda text: text if "*" not in text else ""), _codes(records["address"])]
    blocks.append(_paired(name, _part(records["address"], _door)))
    if records["written_phone"].str.contains("*", regex=False).any():
        last = _part(phone, parts[0])
        blocks += [
            _paired(_part(records["name"], end), last) for end in (lambda text: text[:1], lambda text: text[-1:])
        ]
    if ((card != "") & (records["card"] == "")).any():
        blocks += [_part(card, lambda text: text[:14]), _part(card, lambda text: text[6:])]
        blocks += [
            _paired(name, _part(card, lambda text: text[-4:])),
            _paired(name, _part(card, lambda text: text[:6])),
        ]
    return blocks


def _exact(records: pd.DataFrame) -> list[Ints]:
    """Return what is alike to the letter in records that are probably one person."""
    name = _codes(records["name"])
    return [_codes(records["card"]), *(_paired(name, _codes(records[kind])) for kind in _BESIDE_A_NAME)]


def _door(address: str) -> str:
    """Return building and room, which all spellings of a door have."""
    numbers = door_of(address)[1:]
    return f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else ""


def _part(texts: pd.Series, part: Callable[[str], str]) -> Ints:
    codes, known = pd.factorize(texts)
    return _codes(pd.Series([part(text) for text in known], dtype=object))[codes]


def _within(codes: Ints, number: int) -> Ints:
    """Return all pairs of records within blocks that are no crowd, the smaller position first, as one number each."""
    sizes = np.bincount(codes[codes >= 0]) if (codes >= 0).any() else np.zeros(1, dtype=int)
    usable = np.flatnonzero((codes >= 0) & (sizes[codes] > 1) & (sizes[codes] <= _LARGEST_BLOCK))
    order = usable[np.argsort(codes[usable], kind="stable")]
    block, pairs = codes[order], [np.zeros(0, dtype=np.int64)]
    for step in range(1, int(sizes.max(initial=1))):
        if step >= _LARGEST_BLOCK:
            break
        equal = block[step:] == block[:-step]
        one, other = order[:-step][equal], order[step:][equal]
        if not len(one):
            break
        pairs.append(np.minimum(one, other) * number + np.maximum(one, other))
    return np.concatenate(pairs)


def _chained(codes: Ints, records: pd.DataFrame) -> Ints:
    """Return pairs within blocks that are a crowd: each record with the next and with the first, by what they tell."""
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    at = np.flatnonzero((codes >= 0) & (sizes[codes] > _LARGEST_BLOCK))
    if not len(at):
        return np.zeros(0, dtype=np.int64)
    ordered = records.iloc[at].assign(block=codes[at], at=at).drop(columns="place")
    ordered = ordered.sort_values([str(name) for name in ordered if name not in ("at", "block")], kind="stable")
    ordered = ordered.sort_values("block", kind="stable")
    places = ordered["at"].to_numpy()
    equal = (ordered["block"] == ordered["block"].shift()).to_numpy()
    heads = ordered.groupby("block")["at"].transform("first").to_numpy()
    one = np.concatenate([places[:-1][equal[1:]], heads[equal]])
    other = np.concatenate([places[1:][equal[1:]], places[equal]])
    return np.asarray(np.minimum(one, other) * len(records) + np.maximum(one, other), dtype=np.int64)


def _clashes(rows: pd.DataFrame, asked: Bools) -> tuple[tuple[int, ...], ...]:
    """Return the rows that share a valid card and state two sexes or two dates of birth."""
    told = rows[asked & (rows["card"] != "").to_numpy()]
    told = told[told["card"].duplicated(keep=False)]
    if told.empty:
        return ()
    numbers = stated(told)[["told_sex", "year", "born"]].groupby(told["card"]).nunique()
    apart = told[told["card"].isin(numbers.index[(numbers > 1).any(axis=1)])]
    groups = (tuple(group.sort_values("place").index) for _, group in apart.groupby("card", sort=False))
    return tuple(sorted(groups, key=lambda group: rows["place"].iloc[group[0]]))


def stated(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what rows of one card may contradict one another in: sex, year and date of birth, name."""
    year, to_the_day = rows["told_born"].str[:4], ~rows["told_born"].str.endswith("-01-01")  # else a year was known
    states = rows[["told_sex", "name"]].assign(year=year, born=rows["told_born"].where(to_the_day, ""))
    return states.where(states != "")


def _doubts(rows: pd.DataFrame, record: Ints, person: Ints, pairs: _Pairs, usable: Bools) -> tuple[Doubt, ...]:
    """Return the pairs left for the office, the likeliest that lead from each person to all that he may be."""
    first, second, chance, words = pairs
    open_ = np.flatnonzero(person[first] != person[second])
    if not len(open_):
        return ()
    at = np.flatnonzero(usable)
    ordered = at[np.argsort(rows["place"].to_numpy(str)[at], kind="stable")]
    standing = np.full(len(person), -1)
    standing[record[ordered][::-1]] = ordered[::-1]
    ends = np.sort(rows["place"].to_numpy(object)[standing[np.column_stack([first, second])]].astype(str), axis=1)
    found: list[Doubt] = []
    beside = {int(someone): {int(someone)} for someone in np.unique(person[[*first[open_], *second[open_]]])}
    for pair in sorted(open_.tolist(), key=lambda pair: (-chance[pair], words[pair], *ends[pair])):
        one, other = int(standing[first[pair]]), int(standing[second[pair]])
        ones, others = beside[int(person[first[pair]])], beside[int(person[second[pair]])]
        if one < 0 or other < 0 or ones is others:
            continue
        ones |= others
        beside |= dict.fromkeys(others, ones)
        one, other = sorted((one, other), key=lambda row: rows["place"].iloc[row])
        found.append(Doubt(one, other, str(words[pair])))
    return tuple(sorted(found, key=lambda doubt: (rows["place"].iloc[doubt.first], rows["place"].iloc[doubt.second])))


def _evidence(record: Ints, person: Ints, records: pd.DataFrame, same: Sequence[tuple[int, int]]) -> Objects:
    """Return what joins each row to every other of its person; ``through`` where only a third record does."""
    told = np.full(len(person), "", dtype=object)
    several = np.flatnonzero(np.bincount(record, minlength=len(person)) > 1)
    found = _within(person, len(person))
    first, second = (np.concatenate([ends, several]) for ends in (found // len(person), found % len(person)))
    if not len(first):
        return told[record]
    levels = compare(records.iloc[first], records.iloc[second])
    sure = probability(levels) >= CERTAIN
    words = evidence(levels)
    words[~sure] = [f"through;{text}" for text in words[~sure]]
    by_office = {tuple(sorted((int(record[one]), int(record[other])))) for one, other in same}
    cards = records["card"].to_numpy(object)
    by_card = (cards[first] == cards[second]) & (cards[first] != "")
    words[by_card] = "id_card"
    for one, other, text in zip(first.tolist(), second.tolist(), words, strict=True):
        why = "office" if (one, other) in by_office else text
        for row, into in dict.fromkeys([(one, other), (other, one)]):
            told[row] = f"{told[row] or row}/{into}={why}"
    return told[record]


def _tokens(rows: pd.DataFrame, record: Ints, records: pd.DataFrame, person: Ints) -> tuple[Objects, Objects]:
    """Return what each row's key is made of, and the strongest identifier of its person; ``""`` where there is none.

    The key is made of that identifier; one that two people share is told apart by their community, by whether they
    stand in lists alone, and at last by where they stand.
    """
    best = _strongest(records, person, np.bincount(record, minlength=len(person)))
    strongest = best.reindex(range(int(person.max(initial=-1)) + 1)).fillna("").to_numpy(object)
    chosen, own = strongest.copy(), person[record]
    identified = strongest != ""
    people = records.assign(person=person).groupby("person")
    listed = np.where(people["listed"].all(), "|listed", "")
    for more in ("|" + people["community"].max().to_numpy(object), listed.astype(object)):
        twice = identified & pd.Series(chosen).duplicated(keep=False).to_numpy()
        chosen[twice] = chosen[twice] + more[twice]
    twice = pd.Series(chosen).duplicated(keep=False).to_numpy() | ~identified
    if twice.any():  # nothing to tell them by, or one token for two people: where they stand
        part = pd.DataFrame({"person": own, "place": rows["place"].to_numpy(object)})[twice[own]]
        places = part.sort_values("place", kind="stable").drop_duplicates("person").set_index("person")["place"]
        chosen[places.index] = [text + place for text, place in zip(chosen[places.index], places, strict=True)]
    return np.asarray(chosen[own], dtype=object), np.asarray(strongest[own], dtype=object)


def _strongest(records: pd.DataFrame, person: Ints, size: Ints) -> pd.Series:
    """Return the strongest identifier of each person who has one, of those the most frequent."""
    parts = []
    for rank, kind in enumerate(("card", *_BESIDE_A_NAME), start=1):
        given = np.flatnonzero((records[kind] != "") & ((records["name"] != "") | (kind == "card")))
        names = "" if kind == "card" else records["name"].iloc[given] + "|"
        text = f"{rank}|" + names + records[kind].iloc[given]
        parts.append(pd.DataFrame({"person": person[given], "rank": rank, "text": text, "size": size[given]}))
    tokens = pd.concat(parts)
    crowded = tokens["person"].duplicated(keep=False)
    tokens, clear = tokens[crowded], tokens[~crowded]
    tokens = tokens.groupby(["person", "rank", "text"])[["size"]].sum().reset_index()
    tokens = tokens.sort_values(["person", "rank", "size", "text"], ascending=[True, True, False, True])
    return pd.concat([clear, tokens.drop_duplicates("person")]).set_index("person")["text"]


def read_people(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return what all rows of some tables tell of who they are, one table after the other."""
    return pd.concat([told_by(frame) for frame in frames], ignore_index=True)
