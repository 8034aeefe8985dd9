"""What stands in the street's basic ledger: menu, sites, supply, grids, population, use, and the window's survey."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from needs_analytics.core.month import Month
from needs_analytics.samples.coordinates import written_in
from needs_analytics.samples.history_sheet import tabulate_history
from needs_analytics.samples.names import chinese_number
from needs_analytics.samples.phrases import given_or, grid_names, spell_grids, worded
from needs_analytics.samples.residents import AGE_BANDS
from needs_analytics.samples.services import offered_services, offered_supply
from needs_analytics.samples.sheets import Cell, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from needs_analytics.samples.answers import Answers
    from needs_analytics.samples.plan import Plan
    from needs_analytics.samples.snapshot import Snapshot
    from needs_analytics.samples.town import Town

_GROUPS = {
    "独居老人": "alone_elder",
    "空巢老人": "empty_nest",
    "高龄老人": "aged80",
    "失能老人": "disabled_elder",
    "慢性病患者": "chronic",
    "残疾人": "disabled",
    "低保户": "dibao",
    "低收入家庭": "low_income",
    "退役军人": "veteran",
    "失业人员": "jobless",
    "新就业群体": "new_worker",
}
"""Special groups the street keeps count of, in persons."""
REGISTER_GAP = 5
"""Rows between the two tables of the population sheet: the sum, a blank, a title, a note, a header."""
_NO_ANSWER = 0.03


def tabulate_ledger(answers: Answers, use: pd.DataFrame, counts: pd.DataFrame) -> dict[str, Table]:
    """Lay out the ledger's tables by the names ``wrong_cells.csv`` knows them by.

    Returns
    -------
    ``menu, sites, supply, places, register, groups, usage, history``, ``changes`` where grids were merged, and the
    offices whose answers stand in the same workbook.
    """
    snapshot = answers.snapshot
    plan, town, people = snapshot.plan, snapshot.town, snapshot.people
    menu = offered_services(plan)
    names = dict(zip(menu["service"], menu["name"], strict=True))
    register = tabulate_register(people, plan)
    below = register.first_row + len(register.rows) + REGISTER_GAP
    tables = {
        "menu": tabulate_menu(plan),
        "sites": tabulate_sites(town, plan),
        "supply": tabulate_supply(plan, snapshot.month),
        "places": tabulate_places(snapshot),
        "register": register,
        "groups": tabulate_groups(people, plan, below),
        "usage": tabulate_usage(use, answers),
        "history": tabulate_history(counts, names, before=snapshot.month),
    } | {
        office: tabulate_window(answers, office)
        for office in plan.offices
        if plan.office(office)["dialect"] == "window"
    }
    own = plan.words("forms").get("ledger", {})
    if len(begun := _changes_until(plan, snapshot.month)):
        tables["changes"] = tabulate_changes(begun, plan)
    return {name: _renamed(table, own.get(name, {})) for name, table in tables.items()}


def _renamed(table: Table, headers: Mapping[str, str]) -> Table:
    return replace(table, columns=tuple(headers.get(column, column) for column in table.columns))


def tabulate_menu(plan: Plan) -> Table:
    """Lay out the service menu."""
    columns = {
        "服务编码": "service",
        "服务名称": "name",
        "领域": "domain",
        "对应需求": "needs",
        "服务对象": "eligibility",
        "服务方式": "mode",
        "计量单位": "unit",
        "人均月使用次数": "uses_written",
        "收费标准": "fee",
        "服务主体": "provider",
        "主体类型": "provider_type",
        "无障碍支持": "accommodations",
    }
    menu = offered_services(plan).rename(columns={value: key for key, value in columns.items()})[list(columns)]
    menu["人均月使用次数"] = menu["人均月使用次数"].map(number_or_text)
    return _table("服务菜单", menu, 2)


def tabulate_sites(town: Town, plan: Plan) -> Table:
    """Lay out the service sites with their coordinates."""
    sites = town.sites
    columns = {
        "服务点名称": sites["site"],
        "级别": sites["tier"],
        "所在社区": sites["community"],
        "所在网格": _official_grids(plan, sites["community"], sites["grid"]),
        **_coordinates(sites, plan, "sites", ("经度", "纬度")),
        "服务半径（米）": sites["radius_m"],
        "建筑面积（平方米）": sites["area_m2"],
        "运营单位": sites["operator"],
        "地址": sites["address"],
    }
    return _table("服务点位", pd.DataFrame(columns), 2)


def tabulate_supply(plan: Plan, month: Month) -> Table:
    """Lay out how much each site offers."""
    supply = offered_supply(plan, month)
    names = offered_services(plan).set_index("service")["name"]
    columns = {
        "服务项目": supply["service"].map(names),
        "服务点": supply["site"],
        "容量": supply["capacity"],
        "容量周期": supply["period"],
        "开放时间": supply["schedule"],
        "工作人员": supply["staff"],
        "单位成本（元）": supply["cost"],
        "最大可增": supply["max_extra"],
    }
    return _table("服务容量", pd.DataFrame(columns), 3)


def tabulate_places(snapshot: Snapshot) -> Table:
    """Lay out the grids with their households and middles."""
    plan, grids, people = snapshot.plan, snapshot.town.grids, snapshot.people
    officers = plan.words("texts")["officers"]
    columns = {
        "社区": grids["community"],
        "网格": _official_grids(plan, grids["community"], grids["number"]),
        "户数": grids["households"],
        "人口数": people["place"].value_counts().reindex(grids.index, fill_value=0),
        **_coordinates(grids, plan, "places", ("中心经度", "中心纬度")),
        "网格员": [officers[(row + row // 7) % len(officers)] for row in range(len(grids))],
    }
    return _table("网格信息", pd.DataFrame(columns), 1)


def _changes_until(plan: Plan, month: Month) -> pd.DataFrame:
    merges = plan.table("merges")
    return merges[merges["month"] <= str(month)]


def tabulate_changes(merges: pd.DataFrame, plan: Plan) -> Table:
    """Lay out the grids that were merged into others, as the street told its communities."""
    columns = {
        "社区": merges["community"],
        "原网格": _official_grids(plan, merges["community"], merges["grid"]),
        "现网格": _official_grids(plan, merges["community"], merges["into"]),
        "调整日期": [Month.parse(month).first_day for month in merges["month"]],
        "备注": ["网格撤并" for _ in range(len(merges))],
    }
    return _table("网格调整情况", pd.DataFrame(columns), 2)


def _official_grids(plan: Plan, communities: pd.Series, numbers: pd.Series) -> list[str]:
    names = grid_names(plan, communities, numbers) or [""] * len(numbers)
    return [
        f"{name}网格" if name else f"第{chinese_number(int(number))}网格"
        for name, number in zip(names, numbers, strict=True)
    ]


def _coordinates(places: pd.DataFrame, plan: Plan, table: str, headers: tuple[str, str]) -> dict[str, object]:
    """Write coordinates in the office's system: in two columns, or in one under ``pair``; it may be left unsaid.

    ``[ledger.coordinates]`` of ``offices.toml`` has ``crs, said, pair`` of a table.
    """
    facts = {"crs": plan.crs, "said": plan.crs} | plan.office("ledger").get("coordinates", {}).get(table, {})
    lon, lat = written_in(facts["crs"], places["lon"].to_numpy(), places["lat"].to_numpy())
    if "pair" in facts:
        return {facts["pair"]: [f"{east:.6f},{north:.6f}" for east, north in zip(lon, lat, strict=True)]}
    columns: dict[str, object] = dict(zip(headers, (lon, lat), strict=True))
    return columns | ({"坐标系": facts["said"]} if facts["said"] else {})


def tabulate_register(people: pd.DataFrame, plan: Plan) -> Table:
    """Lay out the population by community, age band and sex.

    ``[ledger.register]`` of ``offices.toml`` has the bands of a town, of single communities (``of``), and who is
    missing (``without``: ``community, sex`` or ``community, band``).
    """
    facts = plan.office("ledger").get("register", {})
    usual, own = facts.get("bands", AGE_BANDS), facts.get("of", {})
    band = _banded(people["age"], usual)
    for community, bands in own.items():
        inside = (people["community"] == community).to_numpy()
        band[inside] = _banded(people.loc[inside, "age"], bands)
    classes = [
        (community, name, sex)
        for community in plan.table("communities")["community"]
        for name in own.get(community, usual)
        for sex in ("男", "女")
    ]
    counts = people.groupby(["community", band, "sex"]).size()
    index = pd.MultiIndex.from_tuples(classes, names=["社区", "年龄段", "性别"])
    register = counts.reindex(index, fill_value=0).rename("人数").reset_index()
    for gap in facts.get("without", []):
        column, value = ("性别", gap["sex"]) if "sex" in gap else ("年龄段", gap["band"])
        register = register[(register["社区"] != gap["community"]) | (register[column] != value)]
    return _table("人口底册", register, 2)


def _banded(ages: pd.Series, bands: Mapping[str, int]) -> np.ndarray:
    return np.array(list(bands), dtype=object)[np.searchsorted(list(bands.values()), ages, side="right") - 1]


def tabulate_groups(people: pd.DataFrame, plan: Plan, first_row: int) -> Table:
    """Lay out the special groups' numbers, which stand below the register on the same sheet."""
    groups = plan.office("ledger").get("groups", _GROUPS)
    communities = plan.table("communities")["community"]
    counts = people.groupby("community")[list(groups.values())].sum().reindex(communities, fill_value=0)
    columns = {
        "社区": np.repeat(counts.index.to_numpy(dtype=object), len(groups)),
        "人群类别": [*groups] * len(counts),
        "人数": counts.to_numpy().ravel(),
    }
    return _table("人口底册", pd.DataFrame(columns), first_row)


def tabulate_usage(use: pd.DataFrame, answers: Answers) -> Table:
    """Lay out the record of use; a person stands with name and phone, a count without."""
    people, town, rng = answers.snapshot.people, answers.snapshot.town, answers.stream("usage sheet")
    known = use["person"] >= 0
    person = use["person"].where(known, 0)
    of_person = people.loc[person].set_axis(use.index)
    sites = town.sites.set_index("site")
    of_site = sites["community"].where(sites["tier"].isin(["社区", "村"]), "")
    total = use["site"].map(of_site).where(use["note"] == "本月合计", "")
    names = grid_names(answers.snapshot.plan, of_person["community"], of_person["grid"])
    grids = spell_grids(of_person["grid"].to_numpy(), (0, 0.2, 0.6, 0, 0.2, 0, 0), rng, names)
    columns = {
        "日期": use["date"],
        "服务项目": use["service"],
        "服务点": use["site"],
        "姓名": of_person["name"].where(known, ""),
        "联系电话": of_person["phone"].where(known & (rng.random(len(use)) < 0.85), ""),
        "所属社区": of_person["community"].where(known, total),
        "所属网格": pd.Series(grids, index=use.index).where(known, ""),
        "人次": use["count"],
        "状态": use["status"],
        "等候天数": use["waited_days"],
        "评价（1-5分）": use["rating"],
        "备注": use["note"],
    }
    return _table("服务使用记录", pd.DataFrame(columns), 1)


def tabulate_window(answers: Answers, office: str) -> Table:
    """Lay out the window's survey: a column per question, answered 是 or 否."""
    rows, needs = answers.of_office(office)
    rng, plan = answers.stream(office), answers.snapshot.plan
    form, levels = plan.form(office), plan.words("forms")["levels"]
    names = grid_names(plan, rows["community"], rows["grid_told"])
    columns: dict[str, object] = {
        "编号": range(1, len(rows) + 1),
        "调查日期": rows["moment"].dt.date,
        "姓名": given_or(rows["name"], rows["gives_name"]),
        "性别": rows["sex"],
        "年龄": rows["age"],
        "联系电话": given_or(rows["phone"], rows["gives_phone"]),
        "所属社区": rows["community"],
        "所属网格": spell_grids(rows["grid_told"].to_numpy(), (0.2, 0.1, 0.4, 0, 0.1, 0.2, 0), rng, names),
        "同住人数": rows["household_size"],
    }
    columns |= {name: np.where(rows[group], "是", "否") for name, group in form["flags"]}
    for name, need in form["needs"]:
        said = np.where(needs[need], "是", "否")
        columns[name] = np.where(rng.random(len(rows)) < _NO_ANSWER, "", said)
    columns["知晓的服务"] = _known_services(rows, plan, rng)
    columns["满意度"] = worded(rows["satisfaction"], levels["satisfaction"])
    return _table(plan.office(office)["sheet"], pd.DataFrame(columns, index=rows.index), 2, tuple(rows.index))


def _known_services(rows: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> list[str]:
    """Write what people have heard of; who uses services knows more of them."""
    names = [str(name).partition("（")[0] for name in offered_services(plan)["name"]]
    known = rng.random((len(rows), len(names))) < 0.05 + 0.05 * rows["use"].to_numpy()[:, None]
    return ["、".join(name for name, yes in zip(names, line, strict=True) if yes) for line in known]


def number_or_text(text: object) -> Cell:
    """Return a number where the text is one: the office typed both into one column."""
    written = str(text)
    if written.replace(".", "", 1).isdigit():
        value = float(written)
        return int(value) if value.is_integer() else value
    return written or None


def _table(sheet: str, frame: pd.DataFrame, first_row: int, keys: tuple[int, ...] | None = None) -> Table:
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [[_plain(cell) for cell in row] for row in plain.itertuples(index=False)]
    return Table(sheet, tuple(map(str, frame.columns)), rows, keys or tuple(range(len(rows))), first_row)


def _plain(value: Any) -> Cell:
    """Return a cell as plain Python; whole numbers that pandas made floats become integers again."""
    item: Cell = value.item() if isinstance(value, np.generic) else value
    if isinstance(item, float) and item.is_integer():
        return int(item)
    return item
