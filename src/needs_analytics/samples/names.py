"""Names, ID numbers and phones that belong to nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd

from needs_analytics.samples.draws import packaged_words, stream

AREA_CODE = 999999
"""Neither a resident's (those begin with 1–8) nor a foreigner's (9, then an existing region and country).

The codes down to 999900 are as free: there is no region 99, and ISO 3166 leaves the country numbers 900–999 unassigned.
"""
NETWORK_CODE = 154
"""First digits of every phone: allocated to no operator (MIIT's table of allocated codes, March 2023)."""
MOST_TOWNS = 100
"""How many towns can be numbered apart: two digits of the area code and of the phone say which."""
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECKS = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2])
"""Check digit by the weighted sum modulo 11; 10 is written X."""
_ERAS = {"before_1955": 1955, "before_1970": 1970, "before_1990": 1990, "before_2010": 2010, "later": 9999}
_DIGITS = "零一二三四五六七八九"


def name_people(people: pd.DataFrame, seed: int, town: int = 0) -> pd.DataFrame:
    """Give everybody a name, an ID number and a phone.

    Parameters
    ----------
    people
        ``household, role, sex, birth`` as :func:`needs_analytics.samples.residents.settle_people` makes them.
    town
        Which of :data:`MOST_TOWNS` towns they live in: no number of one town occurs in another.

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
        id_card=number_people(people["birth"], people["sex"], town),
        phone=_texts(_digits((NETWORK_CODE * MOST_TOWNS + town) * 1_000_000 + phones, 11)),
    )


def number_people(birth: pd.Series, sex: pd.Series, town: int = 0) -> np.ndarray:
    """Return 18-character ID numbers with a true birth date, sex digit and check digit and no real area.

    The serial number counts people of one birth date and sex from an arbitrary start, so that no two are alike.
    """
    days = (birth.dt.year * 10_000 + birth.dt.month * 100 + birth.dt.day).to_numpy().astype(np.int64)
    twins = pd.DataFrame({"day": days, "sex": sex.to_numpy()}).groupby(["day", "sex"]).cumcount().to_numpy()
    serial = (days * 7 % 450 + twins) % 499 * 2 + np.where(sex == "男", 1, 2)
    body = _digits(((AREA_CODE - town) * 100_000_000 + days) * 1000 + serial, 17)
    checks = _ID_CHECKS[body @ _ID_WEIGHTS % 11]
    return _texts(np.column_stack([body, checks]))


def _digits(numbers: np.ndarray, width: int) -> np.ndarray:
    """Return the decimal digits of whole numbers, ``(numbers, width)``."""
    return np.asarray(numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10)


def _texts(digits: np.ndarray) -> np.ndarray:
    """Write each row of digits as a text; 10 is the check digit X."""
    codes = np.where(digits == 10, ord("X"), digits + ord("0")).astype(np.uint32)
    return codes.view(f"<U{codes.shape[1]}").ravel().astype(object)


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
