"""A made-up month of a made-up sub-district, as large as a real one: what the writers are tested and looked at with."""

from __future__ import annotations

import random

import pandas as pd

from needs_analytics.reports import (
    HIDDEN,
    UNKNOWN,
    BarChart,
    Bullets,
    ChartBlock,
    Column,
    Document,
    DotChart,
    Heading,
    HeatMap,
    Highlight,
    Line,
    LineChart,
    Link,
    Note,
    Paragraph,
    Properties,
    QuadrantChart,
    Quadrants,
    Section,
    Sheet,
    StackedBarChart,
    Table,
    TableBlock,
    interval_text,
)

COMMUNITIES = [
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
]
NEEDS = [
    "助餐",
    "助医（陪诊取药）",
    "课后托管",
    "家庭医生签约",
    "家庭适老化改造",
    "电动自行车充电与停车",
    "助洁",
    "智能手机课堂",
    "物业维修",
    "普惠托育",
    "助浴",
    "心理疏导",
    "技能培训",
    "法律咨询",
    "反诈宣传",
    "健身指导",
    "文艺兴趣班",
    "老年大学课程",
    "环境整治",
    "残疾人康复与辅具适配",
]
SERVICES = [
    "社区食堂",
    "陪诊服务",
    "四点半课堂",
    "家庭医生团队",
    "适老化改造",
    "充电设施协调",
    "上门保洁",
    "智能手机课堂",
    "物业联动维修",
    "托育园",
    "助浴点",
    "心理服务站",
    "技能培训班",
    "法律顾问值班",
    "反诈宣讲",
    "健身指导站",
    "文艺班",
    "社区学校",
    "环境整治",
    "康复站",
]
PARTS = {
    "met": "已满足",
    "dissatisfied": "服务了但不满意",
    "not_taken_up": "有服务未使用",
    "full": "名额已满",
    "too_far": "距离太远",
    "not_eligible": "不符合条件",
    "no_service": "没有此类服务",
}
SEGMENTS = ["独居高龄、少参与、要助餐助医", "双职工有娃、要托管", "中年在职、少回应", "活跃退休、常参加活动"]
MONTHS = ["2026年5月", "2026年6月", "2026年7月", "2026年8月", "2026年9月", "2026年10月", "2026年11月", "2026年12月"]


def needs_frame() -> pd.DataFrame:
    draw = random.Random(20261)
    rows = []
    for place, need in enumerate(NEEDS):
        share = 0.41 * 0.9**place + draw.uniform(-0.008, 0.008)
        margin = draw.uniform(0.022, 0.035)
        hidden = place in {17, 19}
        flag = "不发布" if hidden else "慎用" if place in {9, 13, 18} else "可发布"
        rows.append(
            {
                "rank": None if hidden else place + 1,
                "need": need,
                "share": None if hidden else share,
                "low": None if hidden else share - margin,
                "high": None if hidden else share + margin,
                "persons": None if hidden else round(share * 41250 / 5) * 5,
                "n": HIDDEN if hidden else round(share * 1234 / 5) * 5,
                "urgent": None if hidden else draw.uniform(0.05, 0.5),
                "change": UNKNOWN if place % 4 == 3 else draw.uniform(-6, 6),
                "verdict": "明显上升" if place == 2 else "样本不足" if place % 4 == 3 else "无明显变化",
                "ranks": None if hidden else f"{max(1, place - 1)}–{place + 3}",
                "flag": flag,
            }
        )
    return pd.DataFrame(rows)


def gaps_frame() -> pd.DataFrame:
    draw = random.Random(20262)
    rows = []
    for place, (need, service) in enumerate(zip(NEEDS[:12], SERVICES, strict=False)):
        demand = round(16900 * 0.88**place / 5) * 5
        weights = [draw.random() ** 2 + 0.02 for _ in PARTS]
        parts = [round(demand * weight / sum(weights) / 5) * 5 for weight in weights]
        row = {"need": need, "service": service, "demand": sum(parts)} | dict(zip(PARTS, parts, strict=True))
        if place in {5, 8}:
            row |= {"met": UNKNOWN, "not_taken_up": UNKNOWN}
        row["gap"] = row["full"] + row["too_far"] + row["not_eligible"] + row["no_service"]
        row["gap_rate"] = row["gap"] / row["demand"]
        row["use"] = draw.uniform(0.35, 1.0)
        row["cause"] = max(("full", "too_far", "not_eligible", "no_service"), key=lambda part, row=row: row[part])
        row["cause"] = PARTS[row["cause"]]
        rows.append(row)
    return pd.DataFrame(rows).sort_values("gap", ascending=False, ignore_index=True)


def needs_table(frame: pd.DataFrame) -> Table:
    columns = [
        Column("rank", "名次", "rank"),
        Column("need", "需求"),
        Column("share", "占比", "bar", help="有此需求的居民占16岁及以上居民的比例"),
        Column("interval", "误差范围（95%）", "interval"),
        Column("persons", "推算人数（人）", "integer"),
        Column("n", "样本人数", "integer", help="提出此需求的受访者，取整到5"),
        Column("ranks", "名次区间", "interval"),
        Column("change", "比上月（百分点）", "change"),
        Column("verdict", "变化判断", "flag", tones={"明显上升": "bad", "明显下降": "good"}),
        Column("flag", "发布标志", "flag"),
    ]
    ends = zip(frame["low"], frame["high"], strict=True)
    frame = frame.assign(interval=[interval_text(low, high) or HIDDEN for low, high in ends])
    hidden = frame["flag"] == "不发布"
    frame = frame.astype({"share": object, "persons": object})
    frame.loc[hidden, ["share", "persons"]] = HIDDEN
    return Table.from_frame(
        "needs",
        "需求清单",
        frame,
        columns,
        notes=["占比取整；误差范围为95%把握的区间。样本人数取整到5，各表合计可能与分项之和不等。"],
    )


def gaps_table(frame: pd.DataFrame) -> Table:
    columns = [
        Column("need", "需求"),
        Column("service", "对应服务"),
        Column("demand", "需求（人）", "integer"),
        Column("gap", "缺口（人）", "integer", bar=True),
        Column("gap_rate", "缺口率", "share"),
        Column("use", "使用率", "rate", help="实际使用人次÷可供能力"),
        Column("cause", "主要原因"),
    ]
    total = {"need": "合计", "service": None, "demand": frame["demand"].sum(), "gap": frame["gap"].sum()}
    total["gap_rate"] = total["gap"] / total["demand"]
    rows = pd.concat([frame[[c.key for c in columns]], pd.DataFrame([total])], ignore_index=True)
    notes = ["缺口＝没有此类服务＋不符合条件＋距离太远＋名额已满；各服务按人折合，不同单位不相加。"]
    return Table.from_frame("gaps", "供需缺口", rows, columns, notes=notes, emphasis={len(rows) - 1: "total"})


def parts_table(frame: pd.DataFrame) -> Table:
    columns = [Column("need", "需求"), Column("demand", "需求（人）", "integer")]
    columns += [Column(key, label, "integer") for key, label in PARTS.items()]
    return Table.from_frame("parts", "缺口去向", frame, columns, notes=["七部分之和为需求；使用未知的服务不拆分。"])


def community_table() -> Table:
    draw = random.Random(20263)
    columns = [
        Column("community", "社区"),
        Column("households", "登记户数", "integer"),
        Column("answers", "有效问卷", "integer"),
        Column("rate", "应答率", "rate"),
        Column("first", "第一需求"),
        Column("share", "占比", "share"),
        Column("gap", "缺口（人）", "integer", bar=True),
    ]
    rows = []
    for place, community in enumerate(COMMUNITIES):
        households, answers = draw.randrange(900, 2600, 5), draw.randrange(60, 150, 5)
        hidden = place == 11
        first = HIDDEN if hidden else NEEDS[draw.randrange(4)]
        share = HIDDEN if hidden else draw.uniform(0.3, 0.5)
        gap = HIDDEN if hidden else draw.randrange(80, 900, 5)
        rows.append((community, households, answers, answers / households, first, share, gap))
    return Table("communities", "分社区情况", columns, rows, emphasis={2: "strong"})


def methods_table() -> Table:
    columns = [Column("term", "名称", width=18), Column("meaning", "口径", width=70)]
    rows = [
        ("占比", "加权后有此需求的居民占16岁及以上居民的比例；缺答按未知处理，不算“没有需求”。"),
        ("误差范围", "按95%把握给出的区间（Korn–Graubard 法），小样本和0%、100%时也有效。"),
        ("缺口率", "缺口人数÷需求人数；需求按社区×需求×资格类别计算，再按容量、资格和步行可达距离（500米）分配。"),
        ("发布标志", "可发布：有效样本充足；慎用：区间较宽，仅供参考；不发布：样本过少或人数少于5。"),
    ]
    return Table("methods", "口径说明", columns, rows)


def share_chart(frame: pd.DataFrame) -> BarChart:
    names = {"label": "need", "value": "share", "low": "low", "high": "high", "flag": "flag"}
    return BarChart.from_frame("share_chart", "各项需求占比及误差范围", frame, axis="占16岁及以上居民的比例", **names)


def parts_chart(frame: pd.DataFrame) -> StackedBarChart:
    return StackedBarChart.from_frame("parts_chart", "缺口去向", frame, label="need", parts=PARTS, axis="人（折合）")


def heat_map() -> HeatMap:
    draw = random.Random(20264)
    rows = [[None if draw.random() < 0.06 else draw.uniform(0.03, 0.5) for _ in COMMUNITIES] for _ in NEEDS[:12]]
    return HeatMap("heat", "分社区需求占比", NEEDS[:12], COMMUNITIES, rows)


def quadrant_chart(frame: pd.DataFrame) -> QuadrantChart:
    points = [(row.need, row.use, row.demand / 41250) for row in frame.itertuples()]
    names = Quadrants("供不应求", "潜在需求", "供需适配", "闲置")
    axes = {"x_label": "使用率（实际使用÷可供能力）", "y_label": "需求占比", "x_split": 0.75, "y_split": 0.2}
    return QuadrantChart("quadrants", "需求压力与服务使用", points, quadrants=names, **axes)


def line_chart() -> LineChart:
    values = {
        "社区食堂": ([0.61, 0.63, 0.66, 0.7, 0.74, 0.81, 0.84, 0.86], [0, 0, 0, 0, 0, 0, 0.79, 0.79]),
        "四点半课堂": ([0.7, 0.69, None, None, 0.83, 0.88, 0.9, 0.9], None),
        "陪诊服务": ([0.35, 0.37, 0.36, 0.41, 0.4, 0.43, 0.44, 0.45], None),
    }
    return LineChart("use", "主要服务使用率", MONTHS, [Line(k, v) for k, (v, _) in values.items()], forecast_from=6)


def balance_chart() -> DotChart:
    draw = random.Random(20265)
    margins = [
        "16–39岁男性",
        "40–59岁男性",
        "60–79岁男性",
        "80岁及以上男性",
        "16–39岁女性",
        "40–59岁女性",
        "60–79岁女性",
    ]
    rows = [(name, draw.uniform(0.02, 0.38), draw.uniform(0, 0.04)) for name in margins]
    return DotChart("balance", "加权前后与登记人口的差异", rows, "加权前", "加权后", limit=0.1, axis="标准化差异")


def segment_map() -> HeatMap:
    draw = random.Random(20266)
    traits = ["60岁及以上", "独居", "有未成年子女", "参加活动", "助餐", "助医", "课后托管"]
    rows = [[draw.gauss(0, 12) for _ in traits] for _ in SEGMENTS]
    return HeatMap(
        "segments", "各人群类型与全体居民相差（百分点）", SEGMENTS, traits, rows, kind="change", centre=0.0
    )  # fmt: skip


def example_document() -> Document:
    """Build the example as the content half would."""
    needs, gaps = needs_frame(), gaps_frame()
    table, gap_table = needs_table(needs), gaps_table(gaps)
    first = gap_table.cells[0]
    return Document(
        title="幸福街道2026年10月\n需求清单与供需缺口报告",
        subtitle="需求是多少、有多大把握、缺口在哪里、下月先补什么",
        mark="内部使用",
        facts=(
            ("统计月份", "2026年10月"),
            ("覆盖范围", "12个社区、70个网格"),
            ("有效问卷", "1234份（入户1010份、网上224份）"),
            ("有效样本量", "约910"),
            ("编制单位", "幸福街道社区服务办公室"),
            ("完成日期", "2026年11月5日"),
        ),
        highlights=(
            Highlight("助餐需求最高，占居民的41%（38%–44%），推算约16,900人。", Link("needs", 0, "share")),
            Highlight("课后托管需求比上月明显上升，其他需求的变化样本还不能判断。", Link("needs", 2, "verdict")),
            Highlight(f"{first[0]}缺口最大，{first[3]:,}人，主要原因是{first[6]}。", Link("gaps", 0, "gap")),
            Highlight("12项服务合计缺口率见供需缺口表合计行。", Link("gaps", 12, "gap_rate")),
            Highlight("家庭适老化改造需求集中在独居高龄人群。", Link("needs", 4)),
            Highlight("凤凰山村样本过少，本月不公布分项。", Link("communities", 11, "first")),
            Highlight("东风路社区缺口较大，建议先补。", Link("communities", 2, "gap")),
            Highlight("两项需求人数过少，不发布。", Link("needs")),
            Highlight("电动自行车充电与停车、物业维修没有使用记录，使用未知。", Link("parts", 5, "met")),
            Highlight("本月口径与上月一致。"),
        ),
        sections=_sections(needs, gaps),
        tables=(table, gap_table, parts_table(gaps), community_table(), methods_table()),
        sheets=(
            Sheet("需求清单", ["needs"]),
            Sheet("供需缺口", ["gaps"]),
            Sheet("缺口去向", ["parts"]),
            Sheet("分社区", ["communities"]),
            Sheet("口径说明", ["methods"]),
        ),
        properties=Properties(
            "幸福街道社区服务办公室", "幸福街道办事处", "需求清单与供需缺口", ("需求清单", "供需缺口")
        ),
    )


def _sections(needs: pd.DataFrame, gaps: pd.DataFrame) -> tuple[Section, ...]:
    return (
        Section(
            "一、总体情况",
            [
                Paragraph(
                    "本月收回有效问卷1234份，覆盖12个社区、70个网格，推算代表16岁及以上居民41,250人。经按年龄、性别和社区加权，"
                    "加权后与登记人口的差异都在0.1以内（见[[balance]]）。"
                ),
                Note("本月网上自愿填报224份，与入户问卷差异较大的3项需求已标“慎用”。", "caution"),
                ChartBlock(balance_chart()),
            ],
        ),
        Section(
            "二、需求清单",
            [
                Paragraph("居民提出的需求以养老助餐、助医和课后托管为主，前五项见[[needs]]。", "养老需求仍排在前面。"),
                TableBlock(
                    "needs",
                    limit=10,
                    columns=("rank", "need", "share", "interval", "persons", "ranks", "change", "verdict", "flag"),
                ),
                ChartBlock(share_chart(needs)),
                Heading("（一）分社区需求"),
                Paragraph("各社区占比由小样本模型估计，斜线格人数过少，不公布（见[[heat]]）。"),
                ChartBlock(heat_map()),
                TableBlock("communities"),
            ],
        ),
        Section("三、供给与使用", [ChartBlock(line_chart()), ChartBlock(quadrant_chart(gaps))]),
        Section(
            "四、供需缺口",
            [
                Paragraph("缺口按“没有此类服务、不符合条件、距离太远、名额已满”四步依次计算，去向见[[parts_chart]]。"),
                TableBlock("gaps", limit=10),
                ChartBlock(parts_chart(gaps)),
                TableBlock("parts", formats=("html",)),
            ],
        ),
        Section("五、重点人群", [ChartBlock(segment_map())]),
        Section(
            "六、工作建议",
            [
                Bullets(
                    [
                        "幸福里社区食堂增加午餐60份（责任单位：社区服务办；完成时限：11月20日）。",
                        "东风路社区开设四点半课堂一个班（责任单位：东风路社区；完成时限：11月30日）。",
                        "入户走访独居高龄人群86户，核实助医需求（责任单位：各社区网格员；完成时限：11月25日）。",
                    ],
                    numbered=True,
                )
            ],
        ),
        Section("七、口径说明与附表", [TableBlock("methods"), Paragraph("全部数据见附表工作簿。")]),
    )
