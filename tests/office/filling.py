"""Filling in a template as an office does, and a sensible row of every table."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd

from needs_analytics.core.codebook import Codebook

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CODEBOOK = Codebook.default()
ID_CARD, PHONE, NAME = "11010519491231002X", "13800000000", "张三"

# A row a table: header and cell after one another.
FILLED = {
    "survey": f"""答卷编号 0001 | 日期 2026-10-05 | 社区 槐荫里社区 | 网格 3 | 姓名 {NAME} | 性别 女 | 年龄 76
        | 联系电话 {PHONE} | 身份证号 {ID_CARD} | 人群类别 独居老人；慢性病患者 | 家庭人口数 1
        | 活动参与 每月几次 | 服务使用频率 一年几次 | 满意度 比较满意
        | 助餐 √ | 家庭医生签约 √ | 紧急程度 较急 | 意见建议 请{NAME}家多来看看，{PHONE}""",
    "usage": f"""日期 2026-10-06 | 服务项目 老年助餐 | 服务点 槐荫里长者食堂 | 人次 1 | 姓名 {NAME} | 身份证号 {ID_CARD}
        | 联系电话 {PHONE} | 社区 槐荫里社区 | 网格 3 | 状态 等候 | 等候天数 2 | 评价 4""",
    "menu": """服务名称 老年助餐 | 领域 养老 | 对应需求 助餐；日间照料 | 服务对象 60周岁及以上老年人
        | 服务方式 到点；上门 | 计量单位 份 | 人均月使用次数 22 | 收费 12元/份 | 服务主体 幸福社区食堂 | 主体类型 企业
        | 无障碍支持 无障碍坡道""",
    "supply": """服务项目 老年助餐 | 服务点 槐荫里长者食堂 | 容量 150 | 容量周期 日 | 计量单位 份 | 开放时间 工作日
        | 工作人员 5 | 单位成本 14 | 可增容量 30 | 月份 2026-10""",
    "sites": """服务点 槐荫里长者食堂 | 级别 社区 | 所在社区 槐荫里社区 | 所在网格 3 | 经度 117.20083 | 纬度 39.12015
        | 坐标系 GCJ-02 | 服务半径 1000 | 面积 230 | 运营单位 幸福社区食堂""",
    "register": "社区 槐荫里社区 | 网格 3 | 年龄段 60-69岁 | 性别 女 | 人数 415",
    "places": "社区 槐荫里社区 | 网格 3 | 户数 310 | 经度 117.2 | 纬度 39.1 | 坐标系 WGS-84",
    "roster": f"""姓名 {NAME} | 身份证号 {ID_CARD} | 联系电话 {PHONE} | 社区 槐荫里社区 | 网格 3 | 人群类别 独居老人
        | 走访要求 每周一次 | 最近走访日期 2026-10-05""",
    "distances": "出发社区 槐荫里社区 | 出发网格 3 | 到达服务点 槐荫里长者食堂 | 距离（米） 650 | 时间（分钟） 10",
    "requests": """工单编号 SQ-1 | 日期 2026-10-05 | 渠道 12345热线 | 社区 槐荫里社区 | 网格 3 | 诉求内容 楼道灯坏了
        | 诉求分类 房屋漏水与公共维修 | 诉求性质 求助 | 办理状态 已办结 | 办理时限 2026-10-15 | 办结日期 2026-10-12
        | 是否解决 是 | 是否满意 比较满意""",
    "norms": """标准编号 BD-01 | 设施名称 老年人日间照料中心 | 指标 建筑面积 | 下限 350 | 上限 750 | 单位 平方米
        | 基数 每处 | 最低级别 社区 | 最高级别 片区 | 适用范围 全街道 | 依据 GB50180-2018 | 核实情况 已核实""",
    "budget": "项目 为老服务 | 金额 50000 | 工时 160 | 面积 120",
    "followup": """问题编号 ZG-1 | 对应需求 助餐 | 服务项目 老年助餐 | 社区 槐荫里社区 | 发现日期 2026-10-08
        | 责任单位 街道办公室 | 整改期限 2026-10-30 | 整改完成日期 2026-10-20
        | 复查日期 2026-10-28 | 复查结果 已解决""",
}
# What intake makes of it.
TYPED: dict[str, dict[str, object]] = {
    "survey": {
        "date": pd.Timestamp("2026-10-05"),
        "community": "槐荫里社区",
        "grid": "3",
        "age_low": 76.0,
        "sex": "女",
        "groups": "elderly;elder65;alone_elder;women;chronic",
        "household_size": 1.0,
        "participation": 3.0,
        "usage_frequency": 1.0,
        "satisfaction": 4.0,
        "needs": "ELD01;HEA04",
        "urgency": 2.0,
    },
    "usage": {
        "date": pd.Timestamp("2026-10-06"),
        "service": "老年助餐",
        "site": "槐荫里长者食堂",
        "count": 1.0,
        "status": "等候",
        "waited_days": 2.0,
        "rating": 4.0,
        "grid": "3",
    },
    "menu": {
        "name": "老年助餐",
        "domain": "养老",
        "needs": "ELD01;ELD08",
        "eligibility": "age>=60",
        "mode": "到点;上门",
        "uses_per_person_month": 22.0,
    },
    "supply": {
        "capacity": 150.0,
        "period": "日",
        "schedule": "工作日",
        "staff": 5.0,
        "cost_per_unit": 14.0,
        "max_extra": 30.0,
        "month": "2026-10",
    },
    "sites": {
        "site": "槐荫里长者食堂",
        "tier": "社区",
        "lon": 117.20083,
        "lat": 39.12015,
        "crs": "GCJ-02",
        "radius_m": 1000.0,
        "area_m2": 230.0,
    },
    "register": {"grid": "3", "age_low": 60.0, "age_high": 69.0, "sex": "女", "group": None, "persons": 415.0},
    "places": {"community": "槐荫里社区", "grid": "3", "households": 310.0, "lon": 117.2, "lat": 39.1, "crs": "WGS-84"},
    "roster": {"groups": "alone_elder", "duty": "每周一次", "last_visit": pd.Timestamp("2026-10-05")},
    "distances": {"grid": "3", "site": "槐荫里长者食堂", "metres": 650.0, "minutes": 10.0},
    "requests": {
        "request_id": "SQ-1",
        "need": "PRO04",
        "status": "完成",
        "due": pd.Timestamp("2026-10-15"),
        "solved": 1.0,
        "satisfied": 4.0,
    },
    "norms": {"value_min": 350.0, "value_max": 750.0, "tier_min": "社区", "tier_max": "片区", "unit": "平方米"},
    "budget": {"item": "为老服务", "amount": 50000.0, "staff_hours": 160.0, "area_m2": 120.0},
    "followup": {"service": "老年助餐", "rechecked": pd.Timestamp("2026-10-28"), "outcome": "已解决"},
}


def cells(row: str) -> dict[str, str]:
    """Read ``header cell | header cell`` into header to cell."""
    return {header: cell for part in row.split("|") for header, cell in [part.strip().rsplit(" ", 1)]}


def header_positions(sheet: Worksheet) -> dict[str, int]:
    """Header to its 1-based column: the lowest cell of each column, for a blank sheet holds nothing else."""
    return {[cell.value for cell in column if cell.value][-1]: column[0].column for column in sheet.columns}


def column_formats(sheet: Worksheet) -> list[str]:
    """Number format of each column, from the left."""
    styled = sorted(sheet.column_dimensions.values(), key=lambda columns: columns.min)
    return [columns.number_format for columns in styled for _ in range(columns.min, columns.max + 1)]


def fill_in(blank: bytes, *rows: dict[str, str]) -> bytes:
    """Write rows into the data sheet; where the format is not text, figures and dates become what they are."""
    book = openpyxl.load_workbook(BytesIO(blank))
    sheet = book.worksheets[1]
    positions, formats, first = header_positions(sheet), column_formats(sheet), sheet.max_row + 1
    for row, filled in enumerate(rows, start=first):
        for header, typed in filled.items():
            position = positions[header]
            sheet.cell(row, position).value = _entered(typed, formats[position - 1])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _entered(typed: str, number_format: str) -> object:
    if number_format == "@" or typed == "不详":
        return typed
    return dt.date.fromisoformat(typed) if number_format == "yyyy-mm-dd" else float(typed)
