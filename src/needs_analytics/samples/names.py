"""Names, ID numbers and phones that belong to nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import packaged_words, stream

AREA_CODE = "999999"
"""Neither a resident's (those begin with 1–8) nor a foreigner's (9, then an existing region and country)."""
PHONE_PREFIX = "15400"
"""Network code 154 is allocated to no operator (MIIT's table of allocated codes, March 2023)."""
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECKS = np.array(list("10X98765432"))
_ERAS = {"before_1955": 1955, "before_1970": 1970, "before_1990": 1990, "before_2010": 2010, "later": 9999}
_DIGITS = "零一二三四五六七八九"


def name_people(people: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Give everybody a name, an ID number and a phone.

    Parameters
    ----------
    people
        ``household, role, sex, birth`` as :func:`needs_analytics.samples.residents.settle_people` makes them.

    Returns
    -------
    ``people`` with ``name, surname, id_card, phone``; ID numbers and phones are unique.
    """
    rng = stream(seed, "names")
    surnames = _draw_surnames(people, rng)
    given = _draw_given_names(people, rng)
    phones = rng.permutation(1_000_000)[: len(people)]
    return people.assign(
        name=surnames + given,
        surname=surnames,
        id_card=number_people(people["birth"], people["sex"]),
        phone=[f"{PHONE_PREFIX}{number:06d}" for number in phones],
    )


def number_people(birth: pd.Series, sex: pd.Series) -> np.ndarray:
    """Return 18-character ID numbers with a true birth date, sex digit and check digit and no real area.

    The serial number counts people of one birth date and sex from an arbitrary start, so that no two are alike.
    """
    days = birth.dt.strftime("%Y%m%d")
    twins = pd.DataFrame({"day": days, "sex": sex}).groupby(["day", "sex"]).cumcount().to_numpy()
    start = days.astype(int).to_numpy() * 7 % 450
    serial = (start + twins) % 499 * 2 + np.where(sex == "男", 1, 2)
    body = [f"{AREA_CODE}{day}{number:03d}" for day, number in zip(days, serial, strict=True)]
    digits = np.array([list(number) for number in body], dtype=int)
    checks = _ID_CHECKS[digits @ _ID_WEIGHTS % 11]
    return np.array([number + check for number, check in zip(body, checks, strict=True)], dtype=object)


def ages_on(birth: pd.Series, days: pd.Series) -> np.ndarray:
    """Return completed years of age, each person's on a day of theirs, ``(people,)``."""
    had_birthday = birth.dt.month * 100 + birth.dt.day <= days.dt.month * 100 + days.dt.day
    return np.asarray(days.dt.year - birth.dt.year - (~had_birthday))


def chinese_number(number: int) -> str:
    """Write 1–99 in Chinese characters.

    Examples
    --------
    >>> chinese_number(5), chinese_number(12), chinese_number(65)
    ('五', '十二', '六十五')
    """
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return lead + (_DIGITS[ones] if ones else "")


def _draw_surnames(people: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Draw surnames; the men and the children of a household share one, as does a lone parent with a child."""
    shares = packaged_words("names")["surnames"]
    words, share = np.array(list(shares), dtype=object), np.array(list(shares.values()), dtype=float)
    own = rng.choice(len(words), len(people), p=share / share.sum())
    family = rng.choice(len(words), int(people["household"].max()) + 1, p=share / share.sum())
    shared = people["role"].isin(["adult_m", "child1", "child2", "elder_m"]).to_numpy()
    return words[np.where(shared, family[people["household"]], own)]


def _draw_given_names(people: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Draw given names usual in the year of birth."""
    given = packaged_words("names")["given"]
    year = people["birth"].dt.year.to_numpy()
    drawn = np.empty(len(people), dtype=object)
    luck = rng.random(len(people))
    earlier = 0
    for era, last in _ERAS.items():
        for sex, words in given[era].items():
            rows = (year >= earlier) & (year < last) & (people["sex"] == sex).to_numpy()
            drawn[rows] = np.array(words, dtype=object)[(luck[rows] * len(words)).astype(int)]
        earlier = last
    return drawn
