"""What stands beside a need's name and says that the need is not there: 不需要助餐, 助餐：否, 除助餐外, 已有助餐."""

from __future__ import annotations

import re

NAMED = "\0"
"""Stands for the names of needs in a text that is looked through for a no."""

_ASKED = re.compile(r"是/否|否/是|有/无|是否|能否|可否|与否|有无|有没有|是不是|([需要会能想])不\1要?")
_REFUSED = re.compile(
    rf"[不没无未毋](?:有|太|是|是很|怎么|大|会|那么|特别|再|很|多|到)?(?:需|必|要|想|用(?!手机|电脑|智能))|用不[着上]|[勿甭]|并非"
    rf"|(?:没有?|无)[^,。;]{{0,3}}{NAMED}[^,。;]{{0,3}}(?:需求|需要$)"
    r"|(?<![特性级个分区类鉴识辨告送离])别(?![墅人的处样])|取消|拒绝|谢绝|放弃|退订|暂缓|暂停|停用"
    r"|已经?(?:有|解决|办|享|参|完成|满足|配|装|开|提供|领|落实|申请|安排)|除(?:了|去)|除[^,。;]+外|[以之]外"
    r"|否|[×✗✘☐□]|(?<![a-z])x$|[:=](?:no?|0|无|没有?)$"
)
_LACKS = re.compile(r"[不没无未已缺](?!$)|[不没无缺]$")
_NO_DENIAL = re.compile(
    r"不(?:足|方便|便|够|好|懂|清|动|了|起|上|通|亮|畅|及时|全|完善|健全|规范|合理|熟|知道|限|定期|同|间断|文明|牢|平|灵|稳"
    r"|出|下|来|高|严|满|卫生|干净|舒|适|当|良|孕|含|安全|明|利|会|大|多|到|少|断|仅|只|动产|分)|[紧短]缺"
    r"|无(?:障碍|偿|休|线|证|序|业|烟|纸|害|接触|限|处|法|力)|没(?:处|地|法|时间|空|钱)|未(?:成年|来|婚|就业|入|解决)|已(?:婚|退|故|育|孕)"
)


def denies(rest: str, *, lacking: bool = False) -> bool:
    """Whether what stands beside the names of needs may say no: then the text is no plain yes.

    Parameters
    ----------
    rest
        A text in which ``NAMED`` stands for the names of needs.
    lacking
        Whether the text answers what is wrong or missing, so that 没有 and 缺 name a need.
    """
    told = _ASKED.sub("", rest)
    return bool(_REFUSED.search(told)) or (not lacking and bool(_LACKS.search(_NO_DENIAL.sub("", told))))
