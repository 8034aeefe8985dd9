"""One survey downloaded twice: the answers count once, whatever was corrected, coded or added since."""

from __future__ import annotations

from helpers.grids import codes, sheet, take_clean

FORM = "时间戳记|您住在哪个社区？|您的性别|您的年龄|您需要哪些服务？"
ROWS = [f"2026/10/{day:02} 4:02:1{day % 10} 下午 GMT+8|和平社区|女|{60 + day}|助餐, 助浴" for day in range(1, 8)]
LATER = [
    f"2026-10-{day:02} 16:02:1{day % 10}|和平社区|女|{60 + day}|{'助餐' if day == 3 else '助餐, 助浴'}"
    for day in range(1, 12)
]
TEXTS = (
    "ResponseId|StartDate|RecordedDate|Q1|Q2|Q3\n"
    "Response ID|Start Date|Recorded Date|您住在哪个社区|您的性别|您需要哪些服务"
)


def test_an_earlier_download_is_counted_once() -> None:
    found = take_clean(
        sheet("\n".join([FORM, *ROWS]), file="先发.csv", name="先发"),
        sheet("\n".join([FORM, *LATER]), file="月底.xlsx"),
    )
    assert (len(found.survey), set(found.survey["file"]), "I209" in codes(found)) == (11, {"月底.xlsx"}, True)
    assert found.survey["need:ELD02"].sum() == 10


def test_answers_as_texts_count_and_not_the_same_as_codes() -> None:
    ids = [f"R_{letter * 8}" for letter in "abcdef"]
    texts = [f"{name}|2026-10-01|2026-10-0{at + 1}|和平社区|女|助餐" for at, name in enumerate(ids)]
    coded = [f"{name}|2026-10-01|2026-10-0{at + 1}|1|2|1" for at, name in enumerate(ids)]
    found = take_clean(
        sheet("\n".join([TEXTS, *coded]), file="a.xlsx"), sheet("\n".join([TEXTS, *texts]), file="b.csv", name="b")
    )
    assert (set(found.survey["file"]), len(found.survey)) == ({"b.csv"}, 6)


def test_other_answers_to_the_same_form_all_count() -> None:
    others = [row.replace(" 4:02", " 5:03") for row in ROWS]
    found = take_clean(
        sheet("\n".join([FORM, *ROWS]), file="东.csv", name="东"),
        sheet("\n".join([FORM, *others]), file="西.csv", name="西"),
    )
    assert (len(found.survey), "I209" in codes(found)) == (2 * len(ROWS), False)


def test_downloads_that_share_most_answers_are_asked_about() -> None:
    found = take_clean(
        sheet("\n".join([FORM, *ROWS, "2026/10/20 1:00:00 下午 GMT+8|光明社区|男|80|助医"]), file="甲.csv", name="甲"),
        sheet("\n".join([FORM, *LATER]), file="乙.csv", name="乙"),
    )
    assert "W209" in codes(found)
