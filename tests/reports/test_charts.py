from __future__ import annotations

import dataclasses
import random
import re
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Circle
from matplotlib.text import Text
from rich.cells import cell_len

from needs_analytics.reports import (
    HIDDEN,
    Bar,
    BarChart,
    DotChart,
    HeatMap,
    Line,
    LineChart,
    QuadrantChart,
    Quadrants,
    StackedBarChart,
)
from needs_analytics.reports.alt_text import alt_text
from needs_analytics.reports.charts import FlowChart, MapPoint, MapSite, MapWords, PlaceMap
from needs_analytics.reports.content.charts import use_quadrants
from needs_analytics.reports.content.wording import Wording
from needs_analytics.reports.drawing import draw, picture_png, picture_svg
from needs_analytics.reports.drawing.bars import _total_text
from needs_analytics.reports.drawing.labels import elide, stack_label, wrap_label
from needs_analytics.reports.drawing.placing import Box, first_free, label_places
from needs_analytics.reports.drawing.points import spread

from . import words

NEEDS = [
    "助餐（老年食堂、送餐上门）",
    "助医（陪诊取药）",
    "课后托管（四点半课堂）",
    "家庭医生签约服务与慢性病随访管理",
    "家庭适老化改造（扶手、防滑、坐便器、夜灯）",
    "电动自行车充电与停车",
    "智能手机课堂",
    "物业维修联动",
    "普惠托育",
    "助浴",
    "助洁",
    "心理疏导",
    "技能培训",
    "法律咨询值班",
    "反诈普法宣传",
    "科学健身指导与体质监测",
    "文艺兴趣班",
    "老年大学/社区课程",
    "环境整治与垃圾分类",
    "困难群众主动发现与救助",
    "残疾人康复与辅具适配",
    "入学政策与学位预警",
    "公益电影",
    "新就业群体驿站（骑手、快递员、网约车司机歇脚饮水充电）",
    "便民服务日（理发缝补维修）",
]
PLACES = [
    "和平社区",
    "幸福里社区",
    "东风路社区",
    "光明社区",
    "建设新村社区",
    "滨河花园社区",
    "红旗社区",
    "桃源居社区",
    "解放路社区",
    "文昌社区",
    "新业社区",
    "凤凰山村",
    "南湖社区",
    "北苑一社区",
    "北苑二社区",
    "铁路新村社区",
    "学府社区",
    "大学城社区",
    "兴隆社区",
    "百花社区",
    "工人新村社区",
    "阳光社区",
    "锦绣社区",
    "枫林社区",
    "长青社区",
]
ENGLISH = [f"Community number {number} with a long English name" for number in range(25)]
PARTS = ["已满足", "服务了但不满意", "有服务未使用", "名额已满", "距离太远", "不符合条件", "没有此类服务"]
MAP_WORDS = MapWords(
    "缺口（人）", "以圆面积表示", "无缺口", "不显示", "服务点", "服务半径（步行）", "北", "{length}米", "{length}公里"
)
FIELDS = Quadrants("供不应求", "潜在需求", "供需适配", "闲置")


def bar_chart(size: int) -> BarChart:
    draw_from = random.Random(size)
    shares = [None if place % 7 == 5 else 0.45 - 0.4 * place / size for place in range(size)]
    bars = [
        Bar(
            name, share, share and share - draw_from.uniform(0, 0.04), share and share + 0.03, ["可发布", "慎用"][i % 2]
        )
        for i, (name, share) in enumerate(zip(NEEDS, shares, strict=False))
    ]
    return BarChart("bars", "各项需求占比", bars, axis="占16岁及以上居民的比例")


def stacked_chart(size: int) -> StackedBarChart:
    draw_from = random.Random(size)
    rows = [(name, [draw_from.randrange(0, 600) for _ in PARTS]) for name in NEEDS[:size]]
    rows[-1][1][3] = None
    return StackedBarChart("parts", "缺口去向", PARTS, rows, axis="人（折合）")


def heat_map(size: int, columns: list[str] = PLACES) -> HeatMap:
    draw_from = random.Random(size)
    values = [[None if draw_from.random() < 0.1 else draw_from.random() for _ in range(size)] for _ in range(size)]
    return HeatMap("heat", "分社区需求占比", NEEDS[:size], columns[:size], values)


def trait_map(size: int) -> HeatMap:
    draw_from = random.Random(size)
    values = [[draw_from.gauss(0, 9) for _ in range(4)] for _ in range(size)]
    return HeatMap("traits", "人群特征", PLACES[:size], ["独居", "高龄", "少参与", "要助餐"], values, "change", 0.0)


def dot_chart(size: int) -> DotChart:
    rows = [(name, 0.4 - 0.01 * place, None if place == 1 else 0.02) for place, name in enumerate(NEEDS[:size])]
    return DotChart("dots", "加权前后", rows, "加权前", "加权后", limit=0.1, axis="标准化差异")


def quadrant_chart(size: int) -> QuadrantChart:
    draw_from = random.Random(size)
    points = [(name, draw_from.random(), draw_from.random() / 2) for name in NEEDS[:size]]
    points[1] = (points[1][0], None, 0.3)
    return QuadrantChart("fields", "需求与使用", points, "使用率", "需求占比", 0.7, 0.2, FIELDS)


def line_chart(size: int) -> LineChart:
    months = [f"{2024 + month // 12}年{month % 12 + 1}月" for month in range(size)]
    lines = [Line(name, [0.1 + 0.05 * row + 0.01 * (i % 3) for i in range(size)]) for row, name in enumerate(NEEDS[:4])]
    lines[0] = Line(NEEDS[0], [None, *lines[0].points[1:]], [0.05] * size, [0.2] * size)
    return LineChart("lines", "近月走势", months, lines, axis="月份", forecast_from=size - 1)


def many_lines(size: int) -> LineChart:
    lines = [Line(name, [0.02 * row, 0.02 * row + 0.01]) for row, name in enumerate(NEEDS[:size])]
    return LineChart("many", "近月走势", ["2026年9月", "2026年10月"], lines)


def english_map(size: int) -> HeatMap:
    return heat_map(size, ENGLISH)


def flow_chart(size: int) -> FlowChart:
    rows = [(NEEDS[n % len(NEEDS)] + str(n // len(NEEDS) or ""), [40 * n, 900, 0, 15, 1200, HIDDEN if n == 1 else 3, 7])
            for n in range(size)]  # fmt: skip
    return FlowChart("flows", "需求去向何处", PARTS, rows, axis="人（折合）", arrived=[1500] * len(PARTS))


def place_map(size: int) -> PlaceMap:
    rng = np.random.default_rng(size)
    spots = rng.uniform(0, 4000, (size, 2))
    values = [HIDDEN, 0, 140, 5, 30]
    points = [MapPoint(f"{PLACES[n % len(PLACES)]} 第{n}网格", PLACES[n % len(PLACES)], *spots[n], values[n % 5])
              for n in range(size)]  # fmt: skip
    sites = [MapSite(f"{PLACES[n]}卫生服务站", *rng.uniform(0, 4000, 2), 600.0 * n) for n in range(3)]
    return PlaceMap("map", "缺口与服务点分布", points, sites, MAP_WORDS, axis="示意图，按报送的坐标绘制")


MAKERS = [flow_chart, place_map,
    bar_chart, stacked_chart, heat_map, trait_map, dot_chart, quadrant_chart, line_chart, many_lines, english_map
]  # fmt: skip


def text_boxes(figure) -> tuple[list[str], np.ndarray]:
    """Return the visible texts of a figure and their boxes, a little inside their edges."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in texts]
    return [text.get_text() for text in texts], np.array([(b.x0 + 1, b.y0 + 1, b.x1 - 1, b.y1 - 1) for b in boxes])


@pytest.mark.parametrize("size", [2, 8, 25])
@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_no_text_touches_another_or_leaves_the_picture(make, size):
    figure = draw(make(size))
    texts, boxes = text_boxes(figure)
    left, low, right, high = boxes.T
    touching = (left < right[:, None]) & (left[:, None] < right) & (low < high[:, None]) & (low[:, None] < high)
    np.fill_diagonal(touching, val=False)
    assert [(texts[one], texts[other]) for one, other in np.argwhere(touching)] == []
    assert min(left.min(), low.min()) >= 0
    assert (right.max(), high.max()) <= (figure.bbox.width, figure.bbox.height)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_pictures_are_the_same_bytes_twice_and_leave_no_setting_behind(make):
    before = dict(mpl.rcParams)
    assert picture_svg(make(3), "g1") == picture_svg(make(3), "g1")
    assert picture_png(make(3)) == picture_png(make(3))
    assert dict(mpl.rcParams) == before


def test_a_picture_for_the_page_leaves_fonts_to_the_page_and_keeps_its_ids_to_itself():
    svg = picture_svg(bar_chart(8), "g7", alt="说 <明>")
    assert svg.startswith('<svg viewBox="0 0 ')
    assert "font-family" not in svg
    assert "<style" not in svg
    assert "说 &lt;明&gt;" in svg
    assert {name.split("-")[0] for name in re.findall(r'(?:id="|#)([a-z0-9]+-\w+)', svg)} == {"g7"}
    assert len(svg) < 20_000


def test_a_value_is_rounded_before_it_is_drawn_and_a_hidden_one_takes_its_interval_along():
    chart = BarChart("b", "b", [Bar("甲", 0.41349, 0.382, 0.447), Bar("乙", None, 0.1, 0.2), Bar("丙", 0.3, 0.2)])
    assert chart.bars[0] == Bar("甲", 0.41, 0.38, 0.45)
    assert chart.bars[1] == Bar("乙", HIDDEN)
    assert chart.bars[2] == Bar("丙", 0.3)


def test_a_total_is_not_written_where_it_would_tell_a_hidden_part():
    chart = StackedBarChart("s", "s", ["一", "二"], [("甲", [5, 7]), ("乙", [5, None])])
    written, _ = text_boxes(draw(chart, title=False))
    assert "12" in written
    assert "*" in written


def test_dollar_signs_and_control_characters_in_a_label_are_harmless():
    chart = BarChart("b", "价格 $5 与 $6", [Bar("每餐 $5–$6\x07 <甲>", 0.4)])
    assert "每餐 $5–$6 &lt;甲&gt;" in picture_svg(chart, "g")


def test_a_chart_with_nothing_to_draw_still_draws():
    nothing = [
        BarChart("b", "b", [Bar("甲", None)]),
        StackedBarChart("s", "s", ["一"], [("甲", [None])]),
        HeatMap("h", "h", ["甲"], ["乙"], [[None]]),
        DotChart("d", "d", [("甲", None, None)], "前", "后"),
        QuadrantChart("q", "q", [("甲", None, None)], "x", "y", 0.5, 0.5, FIELDS),
        LineChart("l", "l", ["一月"], [Line("甲", [None])]),
    ]
    for chart in nothing:
        assert picture_png(chart)
        assert re.search("有[12]个数值不显示。$", alt_text(chart, words.CHINESE))


def test_a_chart_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="nothing to show"):
        BarChart("b", "b", [])
    with pytest.raises(ValueError, match="every row needs 2 values"):
        StackedBarChart("s", "s", ["一", "二"], [("甲", [1])])
    with pytest.raises(ValueError, match="2 row labels for 1 rows"):
        HeatMap("h", "h", ["甲", "乙"], ["丙"], [[1]])
    with pytest.raises(ValueError, match="every row needs 2 values"):
        LineChart("l", "l", ["一月", "二月"], [Line("甲", [1, 2], [0], [3])])
    with pytest.raises(TypeError, match="is no chart"):
        draw("甲")


def test_frames_become_charts():
    frame = pd.DataFrame({"need": ["助餐", "助医"], "share": [0.4, 0.3], "low": [0.3, 0.2], "high": [0.5, 0.4]})
    bars = BarChart.from_frame("b", "b", frame, label="need", value="share", low="low", high="high")
    assert bars.bars[0] == Bar("助餐", 0.4, 0.3, 0.5)
    stack = StackedBarChart.from_frame("s", "s", frame, label="need", parts={"share": "一", "high": "二"}, kind="share")
    assert stack.rows[1] == ("助医", (0.3, 0.4))
    pivot = frame.set_index("need")[["low", "high"]]
    heat = HeatMap.from_frame("h", "h", pivot)
    assert (heat.rows, heat.columns, heat.values[1]) == (("助餐", "助医"), ("low", "high"), (0.2, 0.4))
    lines = LineChart.from_frame("l", "l", pivot)
    assert (lines.steps, lines.lines[0].label, lines.lines[0].points) == (("助餐", "助医"), "low", (0.3, 0.2))


def test_alternative_texts_say_what_is_seen():
    assert alt_text(bar_chart(8), words.CHINESE) == (
        "条形图：各项需求占比。共8项，最高为助餐（老年食堂、送餐上门）（45%），最低为物业维修联动（10%）。有1个数值不显示。"
    )
    assert "供不应求" in alt_text(quadrant_chart(25), words.CHINESE)
    assert "2025年10月至2026年1月" in alt_text(
        LineChart("l", "走势", ["2025年10月", "2026年1月"], [Line("助餐", [0.1, 0.2])]), words.CHINESE
    )
    assert "助餐由10%到20%" in alt_text(
        LineChart("l", "走势", ["2025年10月", "2026年1月"], [Line("助餐", [0.1, 0.2])]), words.CHINESE
    )
    for make in MAKERS:
        for language in (words.CHINESE, words.ENGLISH):
            said = alt_text(make(8), language)
            assert "{" not in said
            assert make(8).title in said


@given(st.text(st.sampled_from("助餐、（老年）食堂abc 12%，。"), max_size=40), st.integers(4, 30), st.integers(1, 3))
def test_a_wrapped_label_keeps_to_its_width_and_lines(label, width, lines):
    wrapped = wrap_label(label, width, lines).split("\n")
    assert len(wrapped) <= lines
    assert all(cell_len(line) <= width for line in wrapped)
    if not wrapped[-1].endswith("…"):
        assert "".join(wrapped).replace(" ", "") == label.replace(" ", "")


def test_a_label_that_fits_is_left_alone_and_others_are_cut_or_stacked():
    assert wrap_label("助餐", 20) == "助餐"
    assert elide("家庭医生签约", 8) == "家庭医…"
    assert stack_label("和平社区", 6) == "和\n平\n社\n区"
    assert stack_label("建设新村第一社区", 4) == "建\n设\n新\n⋮"


@given(st.lists(st.floats(0, 10), max_size=6))
def test_pushed_apart_names_keep_their_distance_and_order(heights):
    placed = spread(sorted(heights), 1.0, 0.0, 10.0)
    assert all(after - before >= 1.0 - 1e-9 for before, after in pairwise(placed))
    assert all(0 - 1e-9 <= height <= 10 + 1e-9 for height in placed)


def test_a_label_takes_the_first_place_that_is_free():
    bounds = Box(0, 0, 10, 10)
    places = label_places(5, 5, 2, 1, 0.5)
    assert first_free(places, [], bounds) == places[0]
    assert first_free(places, [places[0]], bounds) == places[1]
    assert first_free(places, [bounds], bounds) is None


def test_points_lie_in_the_field_of_their_values():
    chart = quadrant_chart(3)
    assert [chart.field_of(*point) for point in [(0.7, 0.2), (0.1, 0.3), (0.9, 0.1), (0.1, 0.1), (HIDDEN, 0.1)]] == [
        "供不应求", "潜在需求", "供需适配", "闲置", None,
    ]  # fmt: skip


def test_a_chart_is_plain_data():
    with pytest.raises(dataclasses.FrozenInstanceError):
        bar_chart(2).title = "别的"


def test_a_point_stands_in_the_field_that_the_tables_name() -> None:
    rows = pd.DataFrame({
        "need": ["适老化改造", "助餐", "阅览"], "community_code": "全部", "segment_code": "全部",
        "quadrant_code": ["供不应求", "潜在需求", "闲置"], "used_persons": [10, 80, 85],
        "capacity_persons": [10, 100, 100],
        "demand": [1700, 300, 300], "no_service": [0, 0, 0], "not_eligible": [1700, 0, 200], "too_far": [0, 0, 0],
    })  # fmt: skip
    chart = use_quadrants(rows, Wording("zh", {}, {}, {}, {}, {}))
    assert chart is not None
    for (_, x, y), busy, pressed in zip(chart.points, (True, False, False), (True, True, False), strict=True):
        assert (x > chart.x_split) == busy
        assert (y > chart.y_split) == pressed


def test_a_flow_is_as_wide_as_its_number_and_what_is_hidden_has_none() -> None:
    chart = FlowChart("f", "去向", ["已满足", "名额已满"], [("助餐", [30, 10]), ("助浴", [HIDDEN, 20])])
    axes = draw(chart).axes[0]
    bands = [patch for patch in axes.patches if patch.get_alpha() == 0.55]
    widths = [abs(band.get_path().vertices[7, 1] - band.get_path().vertices[0, 1]) for band in bands]
    assert np.array(widths) / widths[0] == pytest.approx([1, 10 / 30, 20 / 30])
    assert {"助餐 40", "助浴 *", "已满足 *", "名额已满 30"} <= {text.get_text() for text in axes.texts}


def test_a_disc_is_as_large_as_its_value_and_everything_is_to_scale() -> None:
    points = [MapPoint("甲", "", 0, 0, 100), MapPoint("乙", "", 1000, 0, 25), MapPoint("丙", "", 0, 500, HIDDEN)]
    axes = draw(PlaceMap("m", "分布", points, [MapSite("站", 500, 250, 300)], MAP_WORDS)).axes[0]
    circles = {tuple(np.round(circle.center, 3)): circle for circle in axes.patches if isinstance(circle, Circle)}
    (west, south), (east, _) = (
        next(c.center for c in circles.values() if round(c.radius, 3) == radius and not c.get_hatch())
        for radius in (0.24, 0.12)
    )
    hidden = next(circle for circle in circles.values() if circle.get_hatch())
    assert hidden.center[1] - south == pytest.approx((east - west) / 2)
    reach = max(circle.radius for circle in circles.values())
    assert reach == pytest.approx(0.3 * (east - west))


def test_a_stacked_bar_can_carry_the_total_of_the_table() -> None:
    chart = StackedBarChart("c", "去向", ["甲", "乙"], [("助餐", (105, 200))], totals=[300])
    assert _total_text(chart, 0) == "300"
    assert _total_text(dataclasses.replace(chart, totals=()), 0) == "305"
