"""Rules of eligibility: read strictly, and said in words that mean the same."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.grids import CODEBOOK
from needs_analytics.core.rules import Rule, denied, is_for_children, nobody_meets, parse_rule, rule_words
from needs_analytics.errors import UsageError
from needs_analytics.intake.eligibility import read_eligibility
from needs_analytics.intake.groups import group_words

NAMES = CODEBOOK.group_names()
WORDS = group_words(CODEBOOK)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("all", "居民均可"),
        ("age>=60", "60岁及以上"),
        ("age>=6 and age<=12", "6-12岁"),
        ("sex=女 and age<=59", "女性 且 59岁及以下"),
        ("age>=60 and group=alone_elder or age>=60 and group=dibao", "60岁及以上 且 （独居老人 或 低保对象）"),
        ("age>=60 and group=alone_elder or group=dibao", "（60岁及以上 且 独居老人） 或 低保对象"),
        ("group=dibao|tekun", "（低保对象 或 特困人员）"),
        ("age>=60 and group!=dibao", "60岁及以上 且 不属于低保对象"),
        ("group!=dibao|tekun", "不属于低保对象 且 不属于特困人员"),
        ("age>=60 or age>=60 and group=dibao", "60岁及以上"),
    ],
)
def test_a_rule_is_said_in_words(expression: str, words: str) -> None:
    assert rule_words(expression, NAMES) == words


def test_a_rule_is_said_in_english() -> None:
    names = CODEBOOK.group_names("en")
    assert rule_words("age>=60 and group!=dibao", names, "en") == "aged 60 or older and not Dibao recipient"


@pytest.mark.parametrize("expression", ["", "age>60", "age>=60 AND sex=女", "group=", "group=a|", "sex=f", "all or"])
def test_what_is_no_rule_is_refused_with_the_part_that_is_not(expression: str) -> None:
    with pytest.raises(UsageError):
        parse_rule(expression)


def test_a_rule_for_children_ends_below_the_age_of_the_target_population() -> None:
    assert is_for_children("age>=6 and age<=12 or group=dibao")
    assert not is_for_children("age<=35")


GROUPS = ["alone_elder", "dibao", "disabled", "jobless", "veteran"]
conditions = st.one_of(
    st.integers(16, 90).map(lambda age: f"age>={age}"),
    st.integers(16, 90).map(lambda age: f"age<={age}"),
    st.sampled_from(["sex=男", "sex=女"]),
    st.sampled_from(GROUPS).map(lambda group: f"group={group}"),
    st.sampled_from(GROUPS).map(lambda group: f"group!={group}"),
    st.just("group!=dibao|veteran"),
)
conjunctions = st.lists(conditions, min_size=1, max_size=3).map(" and ".join)
rules = st.lists(conjunctions, min_size=1, max_size=3).map(" or ".join)


def holds(rule: Rule, age: int, sex: str, groups: frozenset[str]) -> bool:
    """Whether somebody of whom everything is known meets a rule."""
    return any(
        all(
            {
                "all": True,
                "age_from": age >= c.limit,
                "age_to": age <= c.limit,
                "sex": sex in c.names,
                "group": bool(groups & set(c.names)) != c.negated,
            }[c.kind]
            for c in alternative
        )
        for alternative in rule
    )


@given(rules, st.lists(st.tuples(st.integers(16, 95), st.sampled_from("男女"), st.frozensets(st.sampled_from(GROUPS)))))
def test_what_is_said_is_read_as_the_same_rule(expression: str, people: list[tuple[int, str, frozenset[str]]]) -> None:
    words = rule_words(expression, NAMES)
    reading = read_eligibility(words, WORDS, {})
    if nobody_meets(expression, WORDS.old):
        assert reading.code in {"", "W145"}  # an alternative that another one makes needless is not said
        assume(reading.code == "")
    assert reading.code == ""
    before, after = parse_rule(expression), parse_rule(str(reading.value))
    assert [holds(before, *person) for person in people] == [holds(after, *person) for person in people]


@given(rules, st.lists(st.tuples(st.integers(16, 95), st.sampled_from("男女"), st.frozensets(st.sampled_from(GROUPS)))))
def test_who_does_not_meet_a_rule_meets_its_denial(
    expression: str, people: list[tuple[int, str, frozenset[str]]]
) -> None:
    rule, other = parse_rule(expression), parse_rule(denied(expression))
    assert all(holds(rule, *person) != holds(other, *person) for person in people)


def test_there_is_no_denial_of_everybody_nor_of_what_is_too_long() -> None:
    assert denied("all") == denied("age>=60 or all") == ""
    assert denied(" or ".join(f"age>={age} and group=dibao" for age in range(60, 66))) == ""


@pytest.mark.parametrize(
    "expression", ["age>=80 and age<=60", "age>=121", "age<=79 and group=aged80", "sex=男 and sex=女",
                   "group=dibao and group!=dibao", "age>=60 or age>=80 and age<=60"],
)  # fmt: skip
def test_a_rule_with_an_alternative_nobody_meets(expression: str) -> None:
    assert nobody_meets(expression, WORDS.old)


@pytest.mark.parametrize("expression", ["all", "age>=60", "age<=60 and group=dibao", "age>=60 and group=aged80|dibao"])
def test_a_rule_somebody_meets(expression: str) -> None:
    assert not nobody_meets(expression, WORDS.old)
