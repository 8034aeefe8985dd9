"""The order funnel from an office's own words in a workbook to the three reports."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from .offices import MONTH, table, whole_month

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .conftest import Needs

    Office = Callable[[Mapping[str, str | bytes]], Path]

WORDS = (
    ("已完成", 60, 3, 4), ("已评价", 30, 5, 5), ("待评价", 10, 2, ""), ("已接单", 12, "", ""), ("服务中", 8, "", ""),
    ("待接单", 9, "", ""), ("已派单", 11, "", ""), ("未接单", 10, "", ""), ("排队中", 20, "", ""),
    ("飞走了", 25, "", ""), ("", 15, "", ""),
)  # fmt: skip
ORDERS = table(
    "服务项目,服务点,日期,人次,状态,等候天数,评价",
    *(f"老年食堂,和平食堂,2026-10-{day + 1:02d},{count},{word},{days},{rating}"
      for day, (word, count, days, rating) in enumerate(WORDS)),
)  # fmt: skip


def read(folder: Path) -> dict[str, str]:
    """Return the issued reports' text by format."""
    texts = {}
    for path in sorted(folder.rglob(f"*{MONTH}*.*")) + sorted(folder.rglob("*.html")):
        if path.suffix == ".html":
            texts["html"] = path.read_text(encoding="utf-8")
        elif path.suffix in {".xlsx", ".docx"}:
            with zipfile.ZipFile(path) as parts:
                texts[path.suffix[1:]] = "".join(
                    parts.read(name).decode("utf-8", "ignore") for name in parts.namelist() if name.endswith(".xml")
                )
    return texts


def files(usage: str) -> dict[str, str]:
    month = whole_month()
    (name,) = [name for name, text in month.items() if "人次" in text and "日期" in text and "容量" not in text]
    return month | {name: usage}


@pytest.mark.parametrize(
    ("language", "caption", "said"),
    [
        ("zh", "订单办理情况", "老年食堂点单170单，接单120单（71%），完成100单（83%），有评价90单（90%），平均4.3分"),
        ("en", "Orders: ordered", "170 ordered, 120 accepted (71%), 100 completed (83%), 90 rated (90%)"),
    ],
)
def test_orders_reach_every_format(office: Office, needs: Needs, language: str, caption: str, said: str) -> None:
    workspace = office(files(ORDERS))
    assert needs("report", MONTH, "--lang", language).code == 0
    texts = read(workspace / "reports")
    assert set(texts) == {"docx", "html", "xlsx"}
    assert all(caption in text for text in texts.values())
    assert said in texts["html"]
    unknown = {"zh": "另有40单没有写明状态", "en": "How far another 40 orders came is not recorded"}
    assert unknown[language] in texts["html"]


def test_a_month_without_statuses_says_so(office: Office, needs: Needs) -> None:
    workspace = office(whole_month())
    assert needs("report", MONTH).code == 0
    texts = read(workspace / "reports")
    assert "使用记录没有写明状态" in texts["html"]
    assert not any("订单办理情况" in text for text in texts.values())
