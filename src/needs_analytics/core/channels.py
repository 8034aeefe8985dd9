"""How a respondent was reached, from the wordings offices and platforms use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

ONLINE, VISIT, COUNTER, PHONE, UNTOLD = "online", "visit", "counter", "phone", "untold"
MODES = (VISIT, PHONE, COUNTER, ONLINE, UNTOLD)
OPT_IN = frozenset({ONLINE, COUNTER})
"""Who came by themselves: they may differ from those who did not."""
_WORDS: Mapping[str, re.Pattern[str]] = {
    VISIT: re.compile(r"入户|走访|上门|面访|访谈|逐户|敲门|door|visit|face|in.?person|interview", re.I),
    PHONE: re.compile(r"电话|电访|致电|phone|\bcall", re.I),
    COUNTER: re.compile(r"来访|窗口|大厅|柜台|现场登记|活动现场|counter|walk.?in|desk", re.I),
    ONLINE: re.compile(
        r"网上|网络|网页|在线|线上|微信|链接|扫码|二维码|手机|小程序|公众号|问卷星|腾讯|金数据|邮件|短信|自填|自愿|自助"
        r"|QQ|web|online|wjx|tencent|http|wechat|link|qr|mail|sms|app\b|mobile",
        re.I,
    ),
}
_SELF_FILLED = frozenset({"问卷星", "腾讯文档收集表", "问卷网", "Google Forms", "SurveyMonkey", "Qualtrics"})


def contact_modes(survey: pd.DataFrame) -> pd.Series:
    """Return how each respondent was reached: ``visit``, ``phone``, ``counter``, ``online`` or ``untold``.

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
    return next((mode for mode, pattern in _WORDS.items() if pattern.search(wording)), UNTOLD)
