"""What the wording of a question asks for: a need, a wish for more, the most wanted, what is used; of whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from needs_analytics.core.wording import chinese_number

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["单选", "多选", "排序", "量表", "数字", "文本"]

_FIGURE = r"[一二两三四五六七八九十\d]{1,2}"
_ITEMS = r"(?:项|个|种|件|条|样|类|位|名|桩|门)"
_AT_LEAST = re.compile(
    rf"(?:至少|最少|不少于)(?:可?(?:勾|任|挑)?选择?出?)?{_FIGURE}{_ITEMS}?|{_FIGURE}{_ITEMS}?或(?:者)?(?:多|几|若干){_ITEMS}?"
    rf"|{_FIGURE}{_ITEMS}?(?:及|或)以上|{_FIGURE}至多{_ITEMS}"
)
_EACH_ONE = re.compile(r"每(?:一)?(?:项|题|行|个|种)[^,，。;；]{0,4}选[^,，。;；)）]{0,4}")
_LIMIT = re.compile(
    rf"(?:限选?|最多(?:可|能|只能)?(?:以)?|至多|不超过|不多于|只(?:能|可|准)?|上限)(?:可)?(?:勾|挑|任)?(?:选择?|填)?(?:出)?(?P<a>{_FIGURE})(?:{_ITEMS}|$|[)）])"
    rf"|(?:选(?:择|出|取)?(?:出)?|挑(?:选)?(?:出)?|勾(?:选)?(?:出)?|列(?:举)?(?:出)?|写(?:出)?|填(?:写)?)(?:{_FIGURE}[-~～—至到])?(?P<b>{_FIGURE}){_ITEMS}"
    rf"|前(?P<c>{_FIGURE})(?:{_ITEMS}|$|[)），,。?？])|(?:哪|这)(?P<d>{_FIGURE}){_ITEMS}|(?P<e>{_FIGURE}){_ITEMS}(?:以内|之内|为限|内)"
    rf"|{_FIGURE}[-~～—至到](?P<f>{_FIGURE}){_ITEMS}|[从在](?:下列|以下|中|下面)?[^,，。;；]{{0,8}}(?P<g>{_FIGURE})选一|top(?P<h>\d)"
)
_TOP = re.compile(r"限选|最多(?:可|能|只能)?(?:以)?(?:勾|挑|任)?选|至多|不超过|不多于|请选出|请挑出|选出|单选|只选")
_MOST = re.compile(
    r"最(?:为)?(?:需要|希望|迫切|想|关心|关注|急需|主要|盼|期待|期盼|看重|紧迫|突出|该|应该|要紧|缺)|首选|首要|优先|第一需求|头等|急需解决|most|biggest"
)
_USED = re.compile(r"^used|使用过|参加过|享受过|用过|接受过|去过|体验过")
_RATED, _SCORED = re.compile(r"满意|评价(?!.{0,12}需[要求](?:的)?程度)"), re.compile(r"打分|评分")
_NEW = re.compile(
    r"希望[^,，。;；]{0,6}(?:新增|增加|增设|开设|新开)|想增加|建议(?:增加|增设|新增)|应(?:当|该)?增加|还(?:希望|想要|需要增)"
    r"|新增(?:哪些|什么)|增[加设](?:哪些|什么)"
)
_OPENED = re.compile(r"(?:如果|假如|若|要是)[^,，。;；]{0,10}(?:新[开增设建办]|开[设办通]|增[设加开]|建成)")
_NEEDED = re.compile(
    r"需要|需求|希望|想要|想让|困难|难题|诉求|急需|盼望|期待|帮助|帮忙|解决|用得着|need", re.IGNORECASE
)
_LACKING = re.compile(r"问题|不足|困难|难题|难处|短板|缺|烦心|不便|不方便|不满|愁|诉求|problem", re.IGNORECASE)
_NEAR_HOME = re.compile(r"(?:您|你|我|咱)(?:们)?家(?:附近|周边|周围|门口|楼下|旁边|小区|社区|所在|住)")
_HOUSEHOLD = re.compile(
    r"(?:您|你|我|咱|自)(?:们)?的?家(?!乡)|贵户|贵家庭|全家|家里|家中|家人|家属|一家|本户|户主|每户|各户|按户|以户|这户|该户|此户|整户|户内"
    r"|家庭(?!医生|养老|病床|照护床|教育|床位|成员数|人口|适老)|household"
)
_RANKED = re.compile(r"排序|排名|依次|按重要|先后")
_COMMENT = re.compile(r"意见|建议|留言|备注|想.{0,8}说|的话$|悄悄话")
_TRAIT = re.compile(r"情况|类别|类型|身份|标签|属于|对象|人群|住(?:在)?(?:哪|什么地方)|年龄|性别|职业|学历")
_WRITE_IN = re.compile(
    r"(?:其[他它余]|别的|[上前]面|[以之]上|上述|未列|没列|没有列|没提到)[^,，。;；]{0,12}(?:填|写|注明|说明|列出|列举|补充|是什么|指什么)"
)
_WHICH = re.compile(
    r"(?:需[要求]|希望|想(?:要|让)?|期[待盼]|盼望|急需|诉求|帮[助忙您你]|解决|改善|用得着).{0,12}(?:哪些|哪几|哪[一]?[项种类个方]|什么|啥)"
    r"|(?:哪些|哪几|哪[一]?[项种类个方]|什么|啥).{0,12}(?:需[要求]|希望|期[待盼]|盼望|急需|诉求|帮[助忙您你]|解决|改善)"
    r"|需[要求](?:的)?程度|(?:需不需要|要不要|想不想要?)|(?:需求|诉求|需要的?服务|需要的?帮助)(?:事项|内容|项目|类[型别])?$"
)
_ABOUT_ELSE = re.compile(
    r"时[间候段]|方式|渠道|途径|形式|频[率次]|价[格位]|费用?|收费|付|多少|原因|为什么|谁|哪里|哪儿|地[点址]|是否|愿意|了解|知道|评价|单位|部门|人员|结果|办理|处理"
)
_MANY = re.compile(r"多选|可选多项|选择多项|不定项|checkbox")


def asks_need(wording: str) -> bool:
    """Whether a wording says that it asks for needs."""
    return bool(_NEEDED.search(wording))


def asks_which_needs(wording: str) -> bool:
    """Whether a wording asks which needs there are, so that its answers are needs even where none is known.

    Examples
    --------
    >>> asks_which_needs("想让驿站帮您解决点啥"), asks_which_needs("您希望什么时间上门")
    (True, False)
    """
    bare = wording.rstrip("：:？?*＊ ")
    bare = re.sub(r"[(（][^)）]*[)）]$", "", bare)
    return bool(_WHICH.search(bare)) and not _ABOUT_ELSE.search(bare)


def asks_comment(wording: str) -> bool:
    """Whether a question is for remarks."""
    return bool(_COMMENT.search(wording)) and not asks_need(wording)


def asks_to_write(wording: str) -> bool:
    """Whether a question is for what its form does not list, in own words: no choice, and no order.

    Examples
    --------
    >>> asks_to_write("上面没列出的需要请写在这里"), asks_to_write("请写出最需要的服务")
    (True, False)
    """
    return bool(_WRITE_IN.search(wording)) and not _MANY.search(wording)


def asks_trait(wording: str) -> bool:
    """Whether a question asks who the respondent is: 吃低保 among its answers is no need."""
    return bool(_TRAIT.search(wording)) and not asks_need(wording)


def asks_what_lacks(wording: str) -> bool:
    """Whether a question asks for problems, so that 没有健身器材 among its answers is a need."""
    return bool(_LACKING.search(wording))


def kind_of(wording: str, separator: str, texts: Mapping[str, int]) -> Kind:
    """Return the kind of a question whose answers stand in one column."""
    if _RANKED.search(wording) or any("→" in text for text in texts):
        return "排序"
    return "多选" if separator or _MANY.search(wording) else "单选"


def sense_of(wording: str, kind: Kind) -> tuple[str, int]:
    """Return what an answer means and, for ranks, how many could be named.

    Examples
    --------
    >>> sense_of("您需要哪些服务（可选3项）", "多选"), sense_of("您需要哪些服务（至少选1项）", "多选")
    (('最需要前k', 3), ('需要', 0))
    """
    wording = _AT_LEAST.sub("", _EACH_ONE.sub("", wording.lower()))
    most = _limit(wording)
    if _USED.search(wording):
        return "使用过", most
    if _RATED.search(wording) or (_SCORED.search(wording) and not asks_need(wording)):
        return "满意度", most
    if kind in {"量表", "文本"}:
        return ("希望新增" if _OPENED.search(wording) else "需要"), 0
    if kind == "排序" or most or _MOST.search(wording) or _TOP.search(wording):
        return "最需要前k", most or (3 if kind == "排序" else 1 if kind == "单选" else 0)
    if kind == "单选":
        return "最需要前k", 1
    return ("希望新增" if _NEW.search(wording) else "需要"), most


def _limit(wording: str) -> int:
    found = _LIMIT.search(wording)
    if not found:
        return 0
    figure = next(group for group in found.groups() if group).replace("两", "二")
    return int(figure) if figure.isdigit() else chinese_number(figure) or 0


def unit_of(wording: str) -> str:
    """Return whom an answer speaks for: a household where anybody of it may need what is ticked (您或家人).

    Examples
    --------
    >>> unit_of("您家需要哪些服务"), unit_of("您或家人需要"), unit_of("您家附近最该改善的"), unit_of("您需要家庭医生吗")
    ('户', '户', '人', '人')
    """
    return "户" if _HOUSEHOLD.search(_NEAR_HOME.sub("", wording)) else "人"
