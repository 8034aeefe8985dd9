"""How a respondent was reached, from the wordings offices and platforms use."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

ONLINE, VISIT, COUNTER, PHONE, PAPER, UNTOLD = "online", "visit", "counter", "phone", "paper", "untold"
MODES = (VISIT, PHONE, COUNTER, PAPER, ONLINE, UNTOLD)
OPT_IN = frozenset({ONLINE, COUNTER})
"""Who came by themselves: they may differ from those who did not."""
_OPPOSITE = re.compile(r"(?:不在|非|不是|未在?)(?:线上?|在线|网上|网络)|线下|off.?line|not online", re.I)
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (mode, re.compile(words, re.I))
    for mode, words in (
        (VISIT, r"入户|上门|面访|面对面|逐户|敲门|door.?to.?door|\bdoors?\b|\bface.?to.?face|in.?person|home visit"),
        (PAPER, r"纸质|邮寄|信函|\bpaper|postal|\bby (?:post|mail)\b"),
        (PHONE, r"电话|电访|致电|视频|连线|(?:线上|在线|网络|远程)(?:访谈|走访|访问)"),
        (PHONE, r"phone|\bcall|\bvideo|\bonline (?:interview|visit)"),
        (VISIT, r"走访|访谈|\bvisit|\binterview"),
        (COUNTER, r"来访|窗口|大厅|柜台|现场登记|活动现场|counter|walk.?in|\bdesk|\bevent"),
        (ONLINE, r"网上|网络|网页|在线|线上|微信|链接|扫码|二维码|手机|小程序|公众号|问卷星|腾讯|金数据|邮件|短信"),
        (ONLINE, r"自填|自愿|自助|QQ|web|online|wjx|tencent|http|wechat|link|qr|mail|sms|app\b|mobile"),
    )
)
"""The first that is found counts: how it was done comes before what it was done with."""
_SELF_FILLED = frozenset({"问卷星", "腾讯文档收集表", "问卷网", "Google Forms", "SurveyMonkey", "Qualtrics"})


def contact_modes(survey: pd.DataFrame) -> pd.Series:
    """Return how each respondent was reached: ``visit``, ``phone``, ``counter``, ``paper``, ``online``, ``untold``.

    What the answer says of its channel counts first, then an interviewer's name, then a platform on which residents
    fill in by themselves.
    """
    said = survey["channel"]
    known = {word: _mode(str(word)) for word in said.dropna().unique()}
    modes = np.array([known.get(word, UNTOLD) for word in said], dtype=object)
    rest = modes == UNTOLD
    asked = rest & survey["interviewer"].notna()
    itself = rest & ~asked & survey["platform"].isin(_SELF_FILLED)
    return pd.Series(np.select([asked, itself], [VISIT, ONLINE], modes), index=survey.index, dtype=object)


def _mode(wording: str) -> str:
    said = _OPPOSITE.sub("", wording)
    return next((mode for mode, pattern in _WORDS if pattern.search(said)), UNTOLD)
