"""A need that is named more online than at the door by people alike is warned of; what their ages explain is not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.town import MEALS, PARKING, codes, no_segments, residents, survey, town
from needs_analytics.core.messages import issue_sentence
from needs_analytics.needs import list_needs
from needs_analytics.weights import weigh

REGISTER = "community|age_low|age_high|sex|persons\n" + "\n".join(
    f"甲|{low}|{high}|{sex}|500" for low, high in ((16, 59), (60, 120)) for sex in "男女"
)


def answered(channel: str | None, number: int, *, young: float, parking: float) -> pd.DataFrame:
    """Return answers of a channel: the young want parking, the old meals; of both so many more want parking."""
    parts = []
    for age, share in ((30, young), (70, 1 - young)):
        n = round(number * share)
        wanted = parking + (0.2 if age == 30 else 0.0)
        yes = {PARKING: round(n * wanted), MEALS: round(n * (0.1 if age == 30 else 0.5))}
        parts.append(residents(n, age=age, sex="女", channel=channel, yes=yes))
    return pd.concat(parts)


def warned(*parts: pd.DataFrame) -> list[str]:
    month = town(survey(*parts), register=REGISTER)
    found = list_needs(month, weigh(month.survey, month.register), no_segments())
    return [issue.value for issue in found.issues if issue.code == "W622"]


def test_a_need_likelier_online_in_every_class_is_warned_of_in_words() -> None:
    parts = answered("微信", 300, young=0.7, parking=0.35), answered(None, 300, young=0.3, parking=0.15)
    month = town(survey(*parts), register=REGISTER)
    found = list_needs(month, weigh(month.survey, month.register), no_segments())
    assert "W622" in codes(found)
    (issue,) = [issue for issue in found.issues if issue.code == "W622"]
    assert "停车" in issue.value
    assert all("?" not in issue_sentence(issue, language) for language in ("zh", "en"))


def test_what_age_explains_is_not_warned_of() -> None:
    """Online answer the young, and the young want parking: weighting mends that."""
    assert (
        warned(answered("手机提交", 400, young=0.9, parking=0.2), answered("入户", 400, young=0.1, parking=0.2)) == []
    )


def test_too_few_answers_of_a_channel_are_no_reason_to_warn() -> None:
    assert warned(answered("微信", 20, young=0.5, parking=0.8), answered(None, 400, young=0.5, parking=0.0)) == []


def test_channels_that_do_not_matter_are_not_warned_of() -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(20):
        people = answered(None, 400, young=0.5, parking=0.1)
        drawn = {f"need:{need}": rng.integers(0, 2, 400).astype(float) for need in (PARKING, MEALS)}
        found += warned(people.assign(channel=rng.choice(["微信", "入户"], 400), **drawn))
    assert len(found) <= 0.05 * 20 * 2
