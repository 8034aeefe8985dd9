"""A need that is named more online than at the door by people alike is warned of; what their ages explain is not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.town import MEALS, PARKING, codes, no_segments, residents, survey, town
from needs_analytics.core.messages import issue_sentence
from needs_analytics.needs import list_needs
from needs_analytics.needs.channels import channel_issues
from needs_analytics.needs.panel import Answers
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


def month_of(who: str, *parts: pd.DataFrame) -> Answers:
    """Return a month's answers, of residents numbered apart from those of other names."""
    month = town(survey(*parts), register=REGISTER)
    people = month.survey.assign(person_key=who + month.survey["answer_id"])
    return Answers(people, weigh(people, month.register))


def weak(online: str | None = "微信") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return answers with a contrast that one month cannot tell from chance."""
    return answered(online, 200, young=0.5, parking=0.20), answered(None, 200, young=0.5, parking=0.10)


def named(now: Answers, before: Answers | None = None) -> list[str]:
    return [issue.value for issue in channel_issues(now, [MEALS, PARKING], {}, before=before)]


def test_two_months_show_what_one_cannot() -> None:
    assert named(month_of("a", *weak())) == []
    assert named(month_of("a", *weak()), month_of("b", *weak())) == [PARKING]


def test_residents_who_answered_twice_count_once() -> None:
    assert named(month_of("a", *weak()), month_of("a", *weak())) == []


def test_where_nobody_answers_online_this_month_last_month_warns_of_nothing() -> None:
    strong = answered("微信", 300, young=0.5, parking=0.5), answered(None, 300, young=0.5, parking=0.1)
    assert named(month_of("a", *strong)) == [PARKING]
    assert named(month_of("b", *weak(None)), month_of("a", *strong)) == []


def test_last_month_without_online_answers_changes_nothing() -> None:
    strong = answered("微信", 300, young=0.5, parking=0.5), answered(None, 300, young=0.5, parking=0.1)
    assert named(month_of("a", *strong), month_of("b", *weak(None))) == [PARKING]


def test_needs_that_only_one_channel_asks_about_are_not_compared() -> None:
    online, door = answered("微信", 300, young=0.5, parking=0.5), answered(None, 300, young=0.5, parking=0.1)
    assert named(month_of("a", online, door.assign(**{f"need:{PARKING}": None}))) == []


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
    """Of 60 months in which nothing depends on the channel three at most may name any need."""
    rng = np.random.default_rng(5)
    people, register = answered(None, 400, young=0.5, parking=0.1), town(register=REGISTER).register
    false = 0
    for _ in range(60):
        drawn = {f"need:{need}": rng.integers(0, 2, 400).astype(float) for need in (PARKING, MEALS)}
        answers = survey(people.assign(channel=rng.choice(["微信", "入户"], 400), **drawn))
        false += bool(named(Answers(answers, weigh(answers, register))))
    assert false <= 0.05 * 60
