"""How respondents were reached, from what forms and platforms say."""

from __future__ import annotations

import pandas as pd
import pytest

from needs_analytics.core.channels import contact_modes


def mode(channel: str | None = None, interviewer: str | None = None, platform: str | None = None) -> str:
    row = {"channel": channel, "interviewer": interviewer, "platform": platform}
    return str(contact_modes(pd.DataFrame([row], dtype=object)).iloc[0])


@pytest.mark.parametrize(
    ("channel", "reached"),
    [
        ("入户走访", "visit"), ("网格员走访", "visit"), ("上门登记", "visit"), ("面访", "visit"),
        ("door to door", "visit"),
        ("电话联系", "phone"), ("Phone", "phone"),
        ("来访登记", "counter"), ("服务窗口", "counter"),
        ("微信", "online"), ("手机提交", "online"), ("链接", "online"), ("网上填写", "online"), ("二维码", "online"),
        ("窗口问卷", "counter"), ("outdoor event", "counter"),
        ("纸质自填", "paper"), ("by mail (paper)", "paper"), ("邮寄问卷", "paper"), ("入户填写纸质问卷", "visit"),
        ("电话访谈", "phone"), ("视频连线走访", "phone"), ("线上访谈", "phone"), ("online interview", "phone"),
        ("Facebook link", "online"), ("不在线", "untold"), ("线下", "untold"), ("线下走访", "visit"),
        ("其他", "untold"), ("网格员登记", "untold"),
    ],
)  # fmt: skip
def test_a_channel_is_known_by_its_words(channel: str, reached: str) -> None:
    assert mode(channel) == reached


def test_without_a_channel_an_interviewer_means_a_visit_and_a_self_filled_form_the_internet() -> None:
    assert mode(interviewer="P0001", platform="问卷星") == "visit"
    assert mode(platform="问卷星") == "online"
    assert mode(platform="Kobo") == "untold"
    assert mode() == "untold"


def test_what_the_answer_says_counts_first() -> None:
    assert mode("电话", interviewer="P0001", platform="问卷星") == "phone"
