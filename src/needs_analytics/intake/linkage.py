"""Which rows are one person: keyed identifiers joined by union, slips weighed, contradictions kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from needs_analytics.intake.likeness import CERTAIN, LISTED, compare, evidence, name_level, probability
from needs_analytics.intake.people import hash_of, told_by

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from needs_analytics.core.arrays import Bools, Floats, Ints, Objects

KINDS = ("id_card", "name_phone", "name_birth", "name_address")
"""What joins rows by itself, the strongest first."""
_BESIDE_A_NAME = {"name_phone": "phone", "name_birth": "told_born", "name_address": "address"}
_GENERATION = 10  # years between two ages that no slip of memory makes
_LARGEST_BLOCK = 40  # records; what more of them share says nothing of who they are


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
        Per row what joins it to others of its key, words of the catalogue joined by ``;``; ``""`` when it is alone.
    doubts
        Pairs of rows for the office to decide, as listed.
    clashes
        Positions of rows that share a valid ID card and contradict one another in sex or date of birth.
    """

    keys: Objects
    evidence: Objects
    doubts: tuple[Doubt, ...]
    clashes: tuple[tuple[int, ...], ...]


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
    rows: pd.DataFrame, secret: bytes, *, asked: Bools,
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
    same, apart
        Pairs of rows that the office declared one person, or two.

    Notes
    -----
    Four rounds of exact links, each by connected components: the card; phone with name; date of birth with name; a
    door with name. A component that contradicts itself (:class:`_Facts`) is joined only where the records agree in
    card, sex and age as well. Then pairs that nearly agree are found by blocking on parts of the identifiers, scored
    (:func:`needs_analytics.intake.likeness.probability`), joined from :data:`CERTAIN` on and listed from
    :data:`LISTED`. Nothing depends on the order of rows or files.
    """
    record, records = _records(rows, same, apart)
    facts = _facts(records, record, apart)
    tokens = {kind: _tokens(records, kind) for kind in KINDS}
    person: Ints = _told_same(record, facts, same)
    for kind, codes in tokens.items():
        person = _joined(person, codes, facts, records, by_card=kind == "id_card")
    clashes = _clashes(rows, asked)
    first, second, chance, words = _candidates(records, person, tokens, facts)
    sure = chance >= CERTAIN
    joined = _joined_pairs(person, first[sure], second[sure], facts)
    doubts = _doubts(rows, record, joined, (first, second, chance, words), asked, clashes)
    told = _evidence(record, joined, tokens, (first, second, chance, words), same)
    return Linked(_keys(rows, record, records, joined, secret), told, doubts, clashes)


def _records(
    rows: pd.DataFrame, same: Sequence[tuple[int, int]], apart: Sequence[tuple[int, int]]
) -> tuple[Ints, pd.DataFrame]:
    """Return each row's record, and the records: distinct rows. Who tells nothing that identifies him is his own."""
    columns = ["card", "written_card", "written_phone", "name", "born", "told_born", "address", "sex", "community",
               "low", "high"]  # fmt: skip
    codes: Ints = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        codes = _paired(codes, pd.factorize(rows[column], use_na_sentinel=False)[0])
    telling = (rows["card"] != "") | (
        (rows["name"] != "") & ((rows["phone"] != "") | (rows["told_born"] != "") | (rows["address"] != ""))
    )
    alone = ~telling.to_numpy()
    alone[[row for pair in (*same, *apart) for row in pair]] = True
    codes[alone] = -1 - np.flatnonzero(alone)
    record, firsts = pd.factorize(codes)
    first = np.full(len(firsts), len(rows))
    np.minimum.at(first, record, np.arange(len(rows)))
    return np.asarray(record, dtype=np.int64), rows.iloc[first].reset_index(drop=True)


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
    wide = one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other
    codes = pd.factorize(np.where((one < 0) | (other < 0), -1, wide))[0]
    missing = (one < 0) | (other < 0)
    return np.where(missing, -1, codes).astype(np.int64)


def _tokens(records: pd.DataFrame, kind: str) -> Ints:
    if kind == "id_card":
        return _codes(records["card"])
    return _paired(_codes(records["name"]), _codes(records[_BESIDE_A_NAME[kind]]))


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


def _joined(person: Ints, token: Ints, facts: _Facts, records: pd.DataFrame, *, by_card: bool) -> Ints:
    """Join persons by a token; where that contradicts itself, only records that agree in everything else as well."""
    joined = _by_token(person, token)
    bad = facts.contradicts(joined)
    if by_card:
        bad |= _named_apart(joined, token, records["name"])
    if not bad.any():
        return joined
    alike = [_codes(records[column].astype(str)) for column in ("card", "name", "sex", "low", "high")]
    single = np.zeros(len(token), dtype=np.int64)
    single[facts.apart.ravel()] = 1 + np.arange(facts.apart.size)
    finer = token
    for codes in (*alike, single):
        finer = np.where(token < 0, -1, _paired(finer, codes + 1))
    number = int(token.max(initial=-1)) + 1
    again = _by_token(person, np.where(bad[joined] & (token >= 0), number + finer, token))
    return _without(again, facts.contradicts(again), person)


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


def _joined_pairs(person: Ints, first: Ints, second: Ints, facts: _Facts) -> Ints:
    joined = _components(person, person[first], person[second])
    return _without(joined, facts.contradicts(joined), person)


_Pairs = tuple["Ints", "Ints", "Floats", "Objects"]


def _candidates(records: pd.DataFrame, person: Ints, tokens: dict[str, Ints], facts: _Facts) -> _Pairs:
    """Return pairs of records of different persons that share part of an identifier, with probability and words."""
    found = np.unique(np.concatenate([_within(codes, len(records)) for codes in (*tokens.values(), *_blocks(records))]))
    first, second = found // max(len(records), 1), found % max(len(records), 1)
    two_cards = (facts.card[first] >= 0) & (facts.card[second] >= 0)
    two_cards &= facts.card[first] != facts.card[second]
    told = set(map(tuple, np.sort(facts.apart, axis=1).tolist()))
    kept = (person[first] != person[second]) & ~two_cards
    kept &= np.array([pair not in told for pair in zip(first.tolist(), second.tolist(), strict=True)], bool) | (
        not told
    )
    first, second = first[kept], second[kept]
    levels = compare(records.iloc[first], records.iloc[second])
    chance = probability(levels)
    shared = (facts.card[first] >= 0) & (facts.card[first] == facts.card[second])
    chance[shared] = LISTED  # one card, two names
    near = chance >= LISTED
    words = evidence({field: found[near] for field, found in levels.items()})
    shared = shared[near]
    words[shared] = [f"id_card;{text}" for text in words[shared]]
    return first[near], second[near], chance[near], words


def _blocks(records: pd.DataFrame) -> list[Ints]:
    """Return what records are compared within: a slip leaves at least one of an identifier's parts as it was."""
    name, phone, card = _codes(records["name"]), records["written_phone"], records["written_card"]
    parts: list[Callable[[str], str]] = [
        lambda text: text[-4:],
        lambda text: text[:7],
        lambda text: text[:3] + text[-3:],
    ]
    blocks = [_paired(name, _part(phone, part)) for part in parts]
    blocks += [_part(phone, lambda text: text if "*" not in text else ""), _codes(records["address"])]
    if ((card != "") & (records["card"] == "")).any():
        blocks += [_part(card, lambda text: text[:14]), _part(card, lambda text: text[6:])]
        blocks += [
            _paired(name, _part(card, lambda text: text[-4:])),
            _paired(name, _part(card, lambda text: text[:6])),
        ]
    return blocks


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


def _clashes(rows: pd.DataFrame, asked: Bools) -> tuple[tuple[int, ...], ...]:
    """Return the rows that share a valid card and state two sexes or two dates of birth."""
    told = rows[asked & (rows["card"] != "").to_numpy()]
    told = told[told["card"].duplicated(keep=False)]
    if told.empty:
        return ()
    states = told[["told_sex", "told_born"]].where(told[["told_sex", "told_born"]] != "")
    numbers = states.groupby(told["card"]).nunique()
    apart = told[told["card"].isin(numbers.index[(numbers > 1).any(axis=1)])]
    groups = (tuple(group.sort_values("place").index) for _, group in apart.groupby("card", sort=False))
    return tuple(sorted(groups, key=lambda group: rows["place"].iloc[group[0]]))


def _doubts(
    rows: pd.DataFrame, record: Ints, person: Ints, pairs: _Pairs, asked: Bools, clashes: tuple[tuple[int, ...], ...]
) -> tuple[Doubt, ...]:
    """Return the pairs of persons left for the office, each once by its likeliest pair of records."""
    first, second, chance, words = pairs
    open_ = np.flatnonzero(person[first] != person[second])
    if not len(open_):
        return ()
    usable = asked.copy()
    usable[[row for group in clashes for row in group]] = False
    at = np.flatnonzero(usable)
    ordered = at[np.argsort(rows["place"].to_numpy(str)[at], kind="stable")]
    standing = np.full(len(person), -1)
    standing[record[ordered][::-1]] = ordered[::-1]
    found: dict[tuple[int, int], Doubt] = {}
    for pair in sorted(open_.tolist(), key=lambda pair: (-chance[pair], words[pair])):
        one, other = int(standing[first[pair]]), int(standing[second[pair]])
        if one < 0 or other < 0:
            continue
        one, other = sorted((one, other), key=lambda row: rows["place"].iloc[row])
        persons = sorted((int(person[first[pair]]), int(person[second[pair]])))
        found.setdefault((persons[0], persons[1]), Doubt(one, other, str(words[pair])))
    return tuple(
        sorted(found.values(), key=lambda doubt: (rows["place"].iloc[doubt.first], rows["place"].iloc[doubt.second]))
    )


def _evidence(
    record: Ints, person: Ints, tokens: dict[str, Ints], pairs: _Pairs, same: Sequence[tuple[int, int]]
) -> Objects:
    """Return what joins each row to others of its person: identifiers they share, else how they compare."""
    told: list[list[str]] = [[] for _ in range(len(person))]
    size = np.bincount(record, minlength=len(person))
    for kind, codes in tokens.items():
        shared = _paired(person, codes)
        sizes = np.bincount(shared[shared >= 0], size[shared >= 0]) if (shared >= 0).any() else np.zeros(1)
        for position in np.flatnonzero((shared >= 0) & (sizes[shared] > 1)).tolist():
            told[position].append(kind)
    for row in {row for pair in same for row in pair}:
        told[record[row]].append("office")
    first, second, chance, words = pairs
    for pair in np.lexsort((words.astype(str), -chance)).tolist():
        if person[first[pair]] == person[second[pair]]:
            for position in (first[pair], second[pair]):
                told[position] = told[position] or [str(words[pair])]
    return np.array([";".join(words) for words in told] or [""], dtype=object)[record]


def _keys(rows: pd.DataFrame, record: Ints, records: pd.DataFrame, person: Ints, secret: bytes) -> Objects:
    """Return a keyed hash per row: of the strongest token of its person, of those the most frequent."""
    size = np.bincount(record, minlength=len(person))
    parts = []
    for rank, kind in enumerate(KINDS, start=1):
        beside = records["card"] if kind == "id_card" else records[_BESIDE_A_NAME[kind]]
        given = (beside != "") & ((records["name"] != "") | (kind == "id_card"))
        names = "" if kind == "id_card" else records.loc[given, "name"] + "|"
        text = f"{rank}|" + names + beside[given]
        parts.append(pd.DataFrame({"person": person[given], "rank": rank, "text": text, "size": size[given]}))
    all_tokens = pd.concat(parts).groupby(["person", "rank", "text"])[["size"]].sum().reset_index()
    order = all_tokens.sort_values(["person", "rank", "size", "text"], ascending=[True, True, False, True])
    best = order.drop_duplicates("person").set_index("person")["text"]
    chosen = best.reindex(range(int(person.max(initial=-1)) + 1)).fillna("").to_numpy(object, copy=True)
    twice = pd.Series(chosen).duplicated(keep=False).to_numpy()
    own = person[record]
    if twice.any():  # nothing to tell them by, or one token for two people: where they stand
        part = pd.DataFrame({"person": own, "place": rows["place"].to_numpy(object)})[twice[own]]
        places = part.sort_values("place", kind="stable").drop_duplicates("person").set_index("person")["place"]
        chosen[places.index] = [text + place for text, place in zip(chosen[places.index], places, strict=True)]
    return np.array([hash_of(text, secret) for text in chosen] or [""], dtype=object)[own]


def read_people(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return what all rows of some tables tell of who they are, one table after the other."""
    return pd.concat([told_by(frame) for frame in frames], ignore_index=True)
