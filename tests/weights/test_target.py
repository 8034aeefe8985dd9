"""The target population of registers that tell age, sex or places in their own way, added up by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.town import table
from needs_analytics.core.messages import issue_sentence
from needs_analytics.weights.population import Population, target_population

if TYPE_CHECKING:
    from needs_analytics.core.issue import Issue

BANDS = "community|age_low|age_high|persons\n"
PLACES = "community|grid|age_low|age_high|sex|persons\n"


def counted(rows: str, *, youngest: int = 16) -> tuple[Population, list[Issue]]:
    return target_population(table("register", rows), youngest)


def said(issues: list[Issue], code: str) -> list[str]:
    return [issue_sentence(issue) for issue in issues if issue.code == code]


def bands(population: Population) -> list[tuple[float, float, float]]:
    """Return the bands with their persons."""
    cells = population.cells.sort_values("age_low")
    return list(cells[["age_low", "age_high", "persons"]].itertuples(index=False, name=None))


def places(population: Population) -> dict[tuple[str, str | None], float]:
    """Return the persons by community and grid."""
    rows = population.places.itertuples(index=False, name=None)
    return {(community, grid if isinstance(grid, str) else None): persons for community, grid, persons in rows}


class TestAges:
    def test_a_band_without_an_upper_end_is_open_and_one_without_a_lower_begins_at_birth(self) -> None:
        """Of 0-59, 600 persons over 60 years, the 44 years from 16 on count."""
        population, issues = counted(f"{BANDS}甲|-|59|600\n甲|60|-|400")
        assert bands(population) == [(16, 59, pytest.approx(440)), (60, 120, 400)]
        assert "600 人中计入 440 人" in said(issues, "W610")[0]

    def test_bands_that_share_an_age_lose_nobody_and_it_is_said(self) -> None:
        """18-35, 35-60, 60岁以上 as offices write them: the shared year counts in the later band."""
        rows = "".join(f"{c}|18|35|100\n{c}|35|60|500\n{c}|60|120|300\n" for c in "甲乙")
        population, issues = counted(BANDS + rows)
        assert bands(population) == [(18, 34, 100)] * 2 + [(35, 59, 500)] * 2 + [(60, 120, 300)] * 2
        assert population.total == 1800
        assert said(issues, "I609")[0].startswith("人口底册的年龄段 18-35岁、35-60岁 的末岁又是下一段的首岁")
        assert len(issues) == 1

    def test_only_bands_of_the_same_place_and_sex_share_an_age(self) -> None:
        rows = "甲|-|16|60|男|100\n甲|-|61|120|男|50\n甲|-|16|59|女|100\n甲|-|60|120|女|50"
        population, issues = counted(PLACES + rows)
        assert sorted(population.cells["age_high"]) == [59, 60, 120, 120]
        assert issues == []

    def test_a_band_of_all_ages_tells_no_age(self) -> None:
        population, issues = counted(f"{BANDS}甲|0|120|1000")
        assert population.total == 1000
        assert population.cells["age_low"].isna().all()
        assert issues == []

    def test_an_open_band_across_the_youngest_age_is_taken_to_end_at_80(self) -> None:
        """10岁以上 are 71 years, 65 of them from 16 on."""
        population, issues = counted(f"{BANDS}甲|10|120|710")
        assert population.total == pytest.approx(650)
        assert "10岁以上" in said(issues, "W610")[0]

    def test_a_single_resident_is_counted(self) -> None:
        assert bands(counted(f"{BANDS}甲|16|59|600\n甲|60|120|1")[0]) == [(16, 59, 600), (60, 120, 1)]

    def test_a_band_that_ends_below_the_youngest_age_counts_nobody(self) -> None:
        population, issues = counted(f"{BANDS}甲|0|14|100\n甲|15|15|10\n甲|16|120|500")
        assert population.total == 500
        assert issues == []

    @pytest.mark.parametrize(("youngest", "adults"), [(16, 440.0), (18, 420.0), (20, 400.0)])
    def test_the_older_part_of_a_band_counts(self, youngest: int, adults: float) -> None:
        """0-19 with 200 persons: ten a year."""
        assert counted(f"{BANDS}甲|0|19|200\n甲|20|120|400", youngest=youngest)[0].total == pytest.approx(adults)

    def test_bands_cut_in_several_communities_are_said_once_each(self) -> None:
        rows = "甲|14|17|40\n甲|18|120|400\n乙|14|17|80\n乙|18|120|400\n丙|10|19|100\n丙|20|120|400"
        population, issues = counted(BANDS + rows)
        assert [issue.value for issue in issues] == ["10-19岁、14-17岁"]
        assert "220 人中计入 100 人" in said(issues, "W610")[0]
        assert population.communities.to_dict() == pytest.approx({"甲": 420, "乙": 440, "丙": 440})

    def test_rows_without_persons_and_rows_of_groups_count_nobody(self) -> None:
        population, _ = counted("community|group|persons\n甲|-|500\n甲|dibao|30\n甲|-|0\n甲|-|-")
        assert population.total == 500


class TestWholeAndCommunities:
    """The sub-district's own row beside those of its communities."""

    def test_children_come_off_totals_as_the_whole_tells_them(self) -> None:
        """Of 1000 in all 800 are 16 and older: so are four in five of 甲's and 乙's."""
        population, issues = counted(f"{BANDS}-|0|15|200\n-|16|120|800\n甲|-|-|600\n乙|-|-|400")
        assert population.total == pytest.approx(800)
        assert population.communities.to_dict() == pytest.approx({"甲": 480, "乙": 320})
        assert "80%" in said(issues, "W603")[0]
        assert [issue.value for issue in issues if issue.code == "W603"] == ["乙、甲"]
        assert "W614" not in [issue.code for issue in issues]

    def test_those_a_community_lacked_are_in_the_proportion_of_children_too(self) -> None:
        """乙 lacks 150 of its 200 adults; 甲 and 乙 together are 600 of 710: so are 丙's 1420."""
        population, issues = counted(
            f"{BANDS}甲|0|15|100\n甲|16|59|300\n甲|60|120|100\n乙|0|15|10\n乙|60|120|50\n丙|-|-|1420"
        )
        assert population.communities.to_dict() == pytest.approx({"甲": 400, "乙": 200, "丙": 1200})
        assert [issue.value for issue in issues if issue.code == "W603"] == ["丙"]

    @pytest.mark.parametrize(("aged", "plain", "by_whole"), [(400, 600, True), (600, 400, False)])
    def test_ages_of_the_whole_count_where_most_communities_tell_none(
        self, aged: int, plain: int, by_whole: bool
    ) -> None:
        population, _ = counted(f"{BANDS}-|16|59|700\n-|60|120|300\n甲|16|120|{aged}\n乙|-|-|{plain}")
        assert population.total == pytest.approx(1000)
        assert set(population.cells["community"]) == ({""} if by_whole else {"甲", "乙"})

    def test_communities_that_are_fuller_than_the_whole_scale_its_ages(self) -> None:
        population, issues = counted(f"{BANDS}-|0|15|250\n-|16|59|700\n-|60|120|300\n甲|-|-|1000\n乙|-|-|500")
        assert population.total == pytest.approx(1200)
        assert bands(population) == [(16, 59, pytest.approx(840)), (60, 120, pytest.approx(360))]
        assert said(issues, "W614")[0].startswith("人口底册自相矛盾")
        assert "1250 人，各社区相加 1500 人；按较多的 1500 人推算" in said(issues, "W614")[0]

    def test_communities_that_may_count_children_do_not_contradict_a_whole_from_16_on(self) -> None:
        population, issues = counted(f"{BANDS}-|16|59|700\n-|60|120|300\n甲|-|-|800\n乙|-|-|400")
        assert population.total == pytest.approx(1000)
        assert population.communities.to_dict() == pytest.approx({"甲": 1000 * 2 / 3, "乙": 1000 / 3})
        assert issues == []

    def test_a_total_of_the_whole_is_compared_with_ages_from_birth_children_included(self) -> None:
        """1200 in all beside 1000 by age: every age counts 1.2 times, the 800 from 16 on as 960."""
        population, issues = counted(f"{BANDS}-|-|-|1200\n甲|0|15|200\n甲|16|120|800")
        assert population.total == pytest.approx(960)
        assert "1000 人，全街道的数字 1200 人" in said(issues, "W614")[0]

    def test_a_whole_that_is_fuller_scales_every_community(self) -> None:
        population, _ = counted(f"{BANDS}-|16|120|1500\n甲|16|120|600\n乙|16|120|400")
        assert population.communities.to_dict() == pytest.approx({"甲": 900, "乙": 600})
        assert population.cells["persons"].tolist() == pytest.approx([600, 900])

    @pytest.mark.parametrize(("whole", "contradicts"), [(1009, False), (1011, True)])
    def test_a_difference_up_to_one_per_cent_is_rounding(self, whole: int, contradicts: bool) -> None:
        population, issues = counted(f"{BANDS}-|-|-|{whole}\n甲|-|-|600\n乙|-|-|400")
        assert population.total == pytest.approx(whole if contradicts else 1000)
        assert bool(said(issues, "W614")) == contradicts

    def test_the_whole_alone_is_the_population_without_communities(self) -> None:
        population, issues = counted("age_low|age_high|persons\n16|59|700\n60|120|300")
        assert population.total == 1000
        assert population.communities.empty
        assert population.places.empty
        assert issues == []


class TestGrids:
    def test_grids_that_tell_ages_share_by_their_adults(self) -> None:
        """甲 counts 1000; of the adults its grids tell, 300 of 400 live in 一."""
        rows = "甲|-|16|120|-|1000\n甲|一|0|15|-|300\n甲|一|16|120|-|300\n甲|二|0|15|-|10\n甲|二|16|120|-|100"
        population, _ = counted(PLACES + rows)
        assert places(population) == pytest.approx({("甲", "一"): 750, ("甲", "二"): 250})

    def test_grids_that_tell_totals_beside_grids_that_tell_ages_share_by_ages(self) -> None:
        population, _ = counted(f"{PLACES}甲|一|16|120|-|300\n甲|二|16|120|-|100\n甲|一|-|-|-|9000")
        assert places(population)["甲", "一"] == pytest.approx(population.total * 0.75)

    def test_a_grid_counted_twice_stands_with_the_fuller_count(self) -> None:
        population, _ = counted(f"{PLACES}甲|一|-|-|男|100\n甲|一|-|-|女|100\n甲|一|-|-|-|150\n甲|二|-|-|-|200")
        assert places(population)["甲", "一"] == places(population)["甲", "二"]

    def test_overlapping_bands_of_a_grid_are_not_added(self) -> None:
        population, _ = counted(f"{PLACES}甲|一|16|59|-|100\n甲|一|60|120|-|100\n甲|一|65|120|-|60\n甲|二|16|120|-|200")
        assert places(population) == pytest.approx({("甲", "一"): 200, ("甲", "二"): 200})

    def test_a_community_without_grids_stands_as_one_place(self) -> None:
        population, _ = counted(f"{PLACES}甲|一|-|-|-|300\n甲|二|-|-|-|100\n乙|-|-|-|-|500")
        assert places(population) == pytest.approx({("甲", "一"): 300, ("甲", "二"): 100, ("乙", None): 500})

    def test_grids_of_no_community_are_no_place(self) -> None:
        population, _ = counted(f"{PLACES}-|一|-|-|-|300\n甲|-|-|-|-|300")
        assert places(population) == {("甲", None): 300}
