"""What residents typed is not kept: neither in tables, nor in the model, nor as printed; old stores are healed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from needs_analytics import issue_month
from needs_analytics.core.codebook import Codebook
from needs_analytics.exchange import ELSEWHERE
from needs_analytics.history import Store
from needs_analytics.history.checks import problems
from needs_analytics.history.columns import linked
from needs_analytics.history.folding import folded_model, folded_tables
from needs_analytics.history.healing import _content_before
from needs_analytics.history.links import stored_content
from needs_analytics.history.opening import APPLICATION_ID, connect, migrations
from needs_analytics.history.purge import purge_runs
from needs_analytics.intake.public_options import FOLDED, public_options

if TYPE_CHECKING:
    from pathlib import Path

    from needs_analytics.core.results import MonthResult
    from needs_analytics.workspace import Workspace

TYPED = ("三号楼跛脚的老裁缝要人送饭", "儿子欠债躲在我家", "其他：夜里总听见前夫敲门", "孙女被退学了")
OPTIONS = [
    ("助餐", "ELD01", 1), (TYPED[0], "ELD01", 2), (TYPED[1], "", 1), (TYPED[2], "other", 4), ("跳蚤市场", "", 5),
    ("都挺好", "none", 2),
]  # fmt: skip
TOLD = {
    "office": "甲",
    "question": "Q1",
    "wording": "您需要什么",
    "kind": "多选",
    "sense": "需要",
    "unit": "人",
    "blank": "无需求",
}
MODEL = {"blocks": [{"question": {"name": "sex", "kind": "category", "options": [TYPED[3], "女", "男"]}}]}


def questions() -> pd.DataFrame:
    rows = [TOLD | {"option": option, "need": need, "times": n, "answered": 9.0} for option, need, n in OPTIONS]
    return pd.DataFrame(rows).assign(asked_of="全部")


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def held(content: bytes) -> list[str]:
    """Return what is found of the texts that were typed, as text or as JSON may write it."""
    return [text for text in TYPED if text.encode() in content or json.dumps(text)[1:-1].encode() in content]


def test_only_known_words_and_what_many_ticked_stay_as_they_are() -> None:
    folded = public_options(questions(), Codebook.default(), 5)
    assert folded[["option", "need", "times"]].values.tolist() == [
        ["助餐", "ELD01", 3], [FOLDED, "", 1], [FOLDED, "other", 4], ["跳蚤市场", "", 5], ["无", "none", 2],
    ]  # fmt: skip
    assert public_options(folded, Codebook.default(), 5).equals(folded)


def test_a_kept_month_holds_nothing_that_was_typed(workspace: Workspace, result: MonthResult) -> None:
    month = replace(result, cleaned=replace(result.cleaned, questions=questions()))
    issue_month(workspace, month, formats=("html",))
    with workspace.store.writing() as writing:
        writing.keep(month, model=json.dumps(MODEL, ensure_ascii=False))
        writing.commit()
    assert held(content(workspace.path)) == []
    assert "跳蚤市场".encode() in content(workspace.path / "history")


def test_the_model_keeps_the_number_and_the_order_of_its_options() -> None:
    told = json.loads(folded_model(json.dumps(MODEL), Codebook.default()))
    assert told["blocks"][0]["question"]["options"] == [f"{FOLDED}1", "女", "男"]
    classes = json.dumps({"blocks": None, "scales": MODEL["blocks"]})
    assert json.loads(folded_model(classes, Codebook.default()))["scales"] == told["blocks"]
    assert folded_model("", Codebook.default()) == ""
    assert folded_model('{"scales": null, "blocks": null, "女": 1}', Codebook.default()) == (
        '{"blocks": null, "scales": null, "女": 1}'
    )


def test_of_many_options_the_first_eight_are_printed_as_the_report_prints_them() -> None:
    rows = pd.DataFrame([TOLD | {"option": f"说法{at}", "need": "ELD01"} for at in range(9)])
    printed = json.dumps([{"id": "questions", "rows": [["甲", "您需要什么", TYPED[0]]]}])
    for language, name, comma in (("zh", "助餐", "、"), ("en", Codebook.default().need_names("en")["ELD01"], ", ")):
        folded = json.loads(folded_tables(printed, rows, Codebook.default(), language))
        assert folded[0]["rows"][0][-1] == comma.join(f"说法{at}→{name}" for at in range(8)) + "…"


def old_store(file: Path, *, digested: bool = True) -> None:
    """Write a store as the version before kept it; the second run as those before that did, without a digest."""
    asked = ["甲", "您需要什么", "多选", "需要", "无需求", f"助餐→助餐、{TYPED[0]}→助餐"]
    printed = [
        {"id": "needs", "rows": [["助餐"]]},
        {"id": "questions", "rows": [asked, ["乙", "别的", "", "", "", TYPED[1]]]},
    ]
    tables = json.dumps(printed, ensure_ascii=False)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("".join(script for _, _, script in migrations()[:3]))
        connection.executescript(f"PRAGMA user_version = 3; PRAGMA application_id = {APPLICATION_ID};")
        chain = ""
        for run in (1, 2):
            connection.execute("INSERT INTO segment_model VALUES (?, ?)", (run, json.dumps(MODEL, ensure_ascii=False)))
            for option, need, times in OPTIONS:
                row = (run, *TOLD.values(), option, need, times, 9)
                connection.execute(f"INSERT INTO question VALUES ({', '.join('?' * len(row))})", row)
            digest = hashlib.sha256(tables.encode()).hexdigest()
            connection.execute("INSERT INTO publication VALUES (?, 'zh', ?, ?)", (run, digest, tables))
            content = _content_before(connection, run) if digested or run == 1 else ""
            chain = linked(chain, f"2026-0{run}", 1, "abc", *filter(None, [content]))
            connection.execute(
                "INSERT INTO run (run, month, revision, digest, record, chain, content) "
                "VALUES (?, ?, 1, 'abc', '{}', ?, ?)",
                (run, f"2026-0{run}", chain, content),
            )
        connection.commit()


def test_an_older_store_is_healed_when_it_is_opened(tmp_path: Path) -> None:
    old_store(tmp_path / "months.sqlite3")
    assert held(content(tmp_path)) == list(TYPED[:4])
    store = Store(tmp_path / "months.sqlite3")
    options = store.questions("2026-01")
    assert options is not None
    assert set(options["option"]) == {"助餐", FOLDED, "跳蚤市场", "无"}
    assert held(content(tmp_path)) == []
    with closing(connect(store.path)) as connection:
        assert problems(connection) == []
        printed = json.loads(connection.execute("SELECT tables FROM publication").fetchone()[0])
        assert [row[-1] for row in printed[1]["rows"]] == ["助餐→助餐", ""]
        assert connection.execute("SELECT COUNT(*) FROM healed WHERE content != ''").fetchone() == (2,)
        assert connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'run_is_never_changed'").fetchone()[
            0
        ]
    assert purge_runs(store, month="2026-01").complete
    assert store.verify()


def test_a_run_that_was_never_digested_is_so_from_now_on(tmp_path: Path) -> None:
    old_store(tmp_path / "months.sqlite3", digested=False)
    with closing(connect(tmp_path / "months.sqlite3")) as connection:
        assert problems(connection) == []
        contents = connection.execute("SELECT content FROM run ORDER BY run").fetchall()
        assert contents == [(stored_content(connection, run),) for run in (1, 2)]
        connection.execute("UPDATE question SET times = 77 WHERE run = 2")
        assert [code for code, _ in problems(connection)] == ["content"]


def test_where_an_offices_folders_lie_is_taken_out_when_it_is_opened(tmp_path: Path) -> None:
    file, own = tmp_path / "months.sqlite3", "reports/2026-01/月报.html"
    old_store(file)
    with closing(sqlite3.connect(file)) as connection:
        for path in (own, "/home/王主任/月报.html", "D:\\王主任\\月报.docx", r"\\服务器\王主任\月报.xlsx"):
            connection.execute("INSERT INTO file (run, path, digest) VALUES (1, ?, 'abc')", (path,))
        connection.commit()
    paths = Store(file).read("SELECT path FROM file ORDER BY file")["path"].tolist()
    assert paths == [own, *(f"{ELSEWHERE}/月报.{kind}" for kind in ("html", "docx", "xlsx"))]
    assert "王主任".encode() not in content(tmp_path)
    with closing(connect(file)) as connection:
        assert problems(connection) == []


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE question SET times = 77 WHERE run = 1", {"content"}),
        ("UPDATE publication SET tables = '[]' WHERE run = 1", {"printed"}),
        ("UPDATE run SET digest = 'forged' WHERE run = 1", {"chain"}),
    ],
)
def test_what_was_altered_before_is_not_made_good_by_healing(tmp_path: Path, statement: str, codes: set[str]) -> None:
    old_store(tmp_path / "months.sqlite3")
    with closing(sqlite3.connect(tmp_path / "months.sqlite3")) as connection:
        connection.execute("DROP TRIGGER run_is_never_changed")
        connection.execute(statement)
        connection.execute(
            "CREATE TRIGGER run_is_never_changed BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
        connection.commit()
    with closing(connect(tmp_path / "months.sqlite3")) as connection:
        assert {code for code, _ in problems(connection)} == codes
