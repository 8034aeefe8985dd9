"""The two rounds and the list of activities, counted with pandas alone: nothing of the package is used here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = {"2015-10": "nepal_cfp_round4.xlsx", "2015-11": "nepal_cfp_round5.xlsx"}
ACTIVITIES = "nepal_3w_activities.xlsx"
INDEX = "nepal_question_index.xls"
DISTRICTS = {
    "bhak": "巴克塔普尔县",
    "dhad": "达丁县",
    "dola": "多拉卡县",
    "gork": "廓尔喀县",
    "kath": "加德满都县",
    "kavr": "卡夫雷帕兰乔克县",
    "kabh": "卡夫雷帕兰乔克县",
    "lali": "拉利特普尔县",
    "makw": "马克万普尔县",
    "maka": "马克万普尔县",
    "nuwa": "努瓦科特县",
    "okha": "奥卡尔东加县",
    "rame": "拉梅恰普县",
    "rasu": "拉苏瓦县",
    "sindhul": "辛杜利县",
    "sindhup": "辛杜帕尔乔克县",
}
PROBLEMS = {
    "long_term_shelter": "永久住房",
    "short_term_shelter": "临时住所",
    "housing_inspections": "房屋安全鉴定",
    "financial_support": "资金支持",
    "livelihoods": "生计",
    "seeds_and_fertilizers": "种子和化肥",
    "food": "食物",
    "clean_water": "清洁饮水",
    "toilets_sanitation": "厕所和环境卫生",
    "healthcare": "医疗",
    "psychosocial_counseling": "心理支持",
    "education": "教育",
}


def read_answers(folder: Path, month: str) -> pd.DataFrame:
    """Return a row per answer sheet.

    Columns: ``row`` (as a spreadsheet counts), ``district, village, age, sex, addressed`` (question 1 as it stands),
    ``first`` (the biggest problem), ``named`` (set of the problems named), ``other`` (whether 其他 is among the three),
    ``answered`` (whether any of the three is).
    """
    raw = pd.read_excel(folder / ROUNDS[month], engine="calamine", dtype=str, keep_default_na=False)
    three = raw[[column for column in raw if column.startswith(("_1a_What", "_1b_What", "_1c_What"))]]
    assert three.shape[1] == 3
    district = raw["District"].map(_district)
    return pd.DataFrame(
        {
            "row": raw.index + 2,
            "district": district,
            "village": district + "/" + raw.iloc[:, 1].str.strip().str.lower(),
            "age": raw["Age"],
            "sex": raw["Gender"],
            "addressed": raw.iloc[:, 11],
            "first": three.iloc[:, 0].map(_problem),
            "named": [frozenset(filter(None, map(_problem, cells))) for cells in three.to_numpy()],
            "other": (three == "other").any(axis=1),
            "answered": (three != "").any(axis=1),
        }
    )


def named_shares(answers: pd.DataFrame) -> pd.DataFrame:
    """Return, per district and problem, how many were asked and named it, and the share, all weighing the same."""
    asked = answers[answers["answered"]]
    rows = [
        (district, problem, len(part), sum(problem in named for named in part["named"]))
        for district, part in [*asked.groupby("district"), ("全部", asked)]
        for problem in PROBLEMS.values()
    ]
    table = pd.DataFrame(rows, columns=["community", "need_name", "n", "n_yes"])
    return table.assign(share=table["n_yes"] / table["n"]).set_index(["community", "need_name"]).sort_index()


def village_error(answers: pd.DataFrame, problem: str) -> float:
    """Return the standard error of the share of all districts, villages drawn within districts (Taylor-linearised).

    A village where nobody was asked is a village with nothing to add, not one village less.
    """
    chosen = answers["named"].map(lambda named: problem in named).to_numpy(float)
    asked = answers["answered"].to_numpy()
    scores = pd.Series(np.where(asked, chosen - chosen[asked].mean(), 0.0) / asked.sum(), index=answers.index)
    villages = scores.groupby([answers["district"], answers["village"]]).sum()
    spread = villages.groupby(level=0).agg(["var", "size"])
    return float(np.sqrt((spread["var"] * spread["size"]).sum()))


def read_activities(folder: Path) -> pd.DataFrame:
    """Return a row per listed activity: ``district, activity, unit, total``; ``activity`` without case and spaces."""
    raw = pd.read_excel(
        folder / ACTIVITIES, sheet_name="Activities", header=4, engine="calamine", dtype=str, keep_default_na=False
    )
    return pd.DataFrame(
        {
            "district": raw["District"].map(_district),
            "activity": raw["Activity type"].map(squeezed),
            "unit": raw["Unit"],
            "total": pd.to_numeric(raw["TOTAL"], errors="coerce"),
        }
    )


def squeezed(text: str) -> str:
    """Return a text without case and spaces."""
    return "".join(text.split()).lower()


def _district(name: str) -> str:
    lower = name.strip().lower()
    return next(chinese for start, chinese in DISTRICTS.items() if lower.startswith(start))


def _problem(cell: str) -> str:
    return next((name for start, name in PROBLEMS.items() if cell.startswith(start)), "")
