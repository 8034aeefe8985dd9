"""One questionnaire of nine questions and what residents answered, before any platform writes it down."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

SEXES = ("男", "女")
COMMUNITIES = ("和平社区", "幸福社区")
NEEDS = {"助餐": "ELD01", "助浴": "ELD02", "健康体检": "HEA05", "代买代办（买菜, 买药）": "ELD07"}
NOTHING, OTHER = "以上都不需要", "其他【请注明】"
FIRST = {"停车难": "PRO05", "加装电梯": "PRO02", "装红绿灯": "TRA03"}
RANKED = {"课后托管": "CHD02", "托育": "CHD01", "公交出行": "TRA01"}
ITEMS = {"健身器材": "SPT01", "垃圾分类": "ENV01", "法律咨询": "LAW01"}
LEVELS = ("不需要", "不太需要", "一般", "比较需要", "非常需要")
RATINGS = ("非常不满意", "不满意", "一般", "满意", "非常满意")
SEX, AGE, COMMUNITY = "您的性别", "您的年龄（周岁）", "您居住的社区"
NEEDED, MOST = "您需要下列哪些服务？（多选）", "您最需要优先解决的一项是？"
ORDER, DEGREE = "请把下列各项按需要的先后排序", "您对下列各项的需要程度"
COMMENT, RATING = "您还有哪些意见和建议？", "您对社区服务的总体满意度"


@dataclass(frozen=True)
class Resident:
    """One answer sheet; ``None`` is a question that was shown and left blank.

    Attributes
    ----------
    needs
        Options ticked, :data:`NOTHING` and :data:`OTHER` among them.
    own
        What stands beside :data:`OTHER`.
    first
        Of those who need nothing it was never asked.
    """

    moment: dt.datetime
    sex: str
    age: int
    community: str
    needs: tuple[str, ...] | None
    own: str
    first: str | None
    ranked: tuple[str, ...] | None
    levels: tuple[int | None, ...]
    comment: str
    rating: int | None

    @property
    def skipped(self) -> bool:
        """Whether a jump left the most pressing need out."""
        return self.needs == (NOTHING,)


def residents(seed: int = 7, number: int = 40) -> list[Resident]:
    """Return what residents answered; every option, blank and jump occurs among enough of them."""
    rng = random.Random(seed)
    return [_resident(rng, place) for place in range(number)]


def _resident(rng: random.Random, place: int) -> Resident:
    ticked = [option for option in NEEDS if rng.random() < 0.45]
    own = rng.choice(("装个大钟", "刷墙")) if rng.random() < 0.15 else ""
    needs: tuple[str, ...] | None = (*ticked, *([OTHER] if own else [])) or (NOTHING,)
    if rng.random() < 0.1:
        needs, own = None, ""
    order = rng.sample(list(RANKED), rng.randint(1, 3))
    return Resident(
        dt.datetime(2026, 10, 1 + place % 28, 8 + place % 10, place % 60, 5),  # noqa: DTZ001
        rng.choice(SEXES),
        rng.randint(18, 90),
        rng.choice(COMMUNITIES),
        needs,
        own,
        None if needs == (NOTHING,) or rng.random() < 0.1 else rng.choice(list(FIRST)),
        None if rng.random() < 0.1 else tuple(order),
        tuple(None if rng.random() < 0.1 else rng.randint(1, 5) for _ in ITEMS),
        rng.choice(("", "希望多办活动", "路灯不亮，晚上看不见")),
        None if rng.random() < 0.1 else rng.randint(1, 5),
    )
