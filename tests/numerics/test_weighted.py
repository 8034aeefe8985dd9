"""Survey estimates agree with R ``survey`` and with a slow, explicit calculation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import special, stats

from helpers.explicit import explicit_mean, explicit_variance
from needs_analytics.numerics.raking import kish, rake
from needs_analytics.numerics.weighted import domain_shares, survey_mean, survey_share, survey_total

WITHOUT_ROWS = {"apiclus2_pw", "pps_w"}


def codes(labels):
    return np.unique(labels, return_inverse=True)[1]


@dataclass
class Schools:
    """A California schools sample: its columns, weights and design."""

    text: dict
    weights: np.ndarray
    design: dict

    def number(self, name):
        return self.text[name].astype(float)


@pytest.fixture
def strat(columns):
    text = columns("survey/apistrat.csv")
    return Schools(text, text["pw"].astype(float), {"strata": text["stype"], "fpc": text["fpc"].astype(float)})


@pytest.fixture
def clus(columns):
    text = columns("survey/apiclus1.csv")
    return Schools(text, text["pw"].astype(float), {"clusters": text["dnum"], "fpc": text["fpc"].astype(float)})


@pytest.fixture
def published(expected):
    return expected("survey/expected.json")


@pytest.fixture
def population(published):
    """Schools in California by type, and by whether they met the target of the whole school."""
    cells = published["pop_table_stype_schwide"]
    return [
        [sum(cell["Freq"] for cell in cells if cell[name] == label) for label in labels]
        for name, labels in (("stype", "EHM"), ("sch.wide", ("No", "Yes")))
    ]


def agrees(estimate, figures):
    assert_allclose(estimate.value, figures["est"], rtol=1e-12)
    assert_allclose(estimate.se, figures["se"], rtol=1e-11)


class TestAgainstR:
    def test_stratified_mean(self, strat, published):
        estimate = survey_mean(strat.number("api00"), strat.weights, **strat.design)
        agrees(estimate, published["strat_mean_api00"])
        limits = published["strat_confint_api00"]
        assert estimate.df == limits["df"]
        assert_allclose([estimate.low, estimate.high], [limits["lo"], limits["hi"]], rtol=1e-12)

    def test_stratified_mean_without_fpc(self, strat, published):
        estimate = survey_mean(strat.number("api00"), strat.weights, strata=strat.text["stype"])
        agrees(estimate, published["strat_nofpc_mean_api00"])

    def test_stratified_total(self, strat, published):
        agrees(survey_total(strat.number("enroll"), strat.weights, **strat.design), published["strat_total_enroll"])

    @pytest.mark.parametrize(("answer", "place"), [("No", 0), ("Yes", 1)])
    def test_stratified_share(self, strat, published, answer, place):
        estimate = survey_share(strat.text["sch.wide"] == answer, strat.weights, **strat.design)
        figures = published["strat_prop_schwide"]
        agrees(estimate, {"est": figures["est"][place], "se": figures["se"][place]})

    def test_korn_graubard_interval(self, strat, published):
        estimate = survey_share(strat.text["sch.wide"] == "Yes", strat.weights, **strat.design)
        assert_allclose([estimate.low, estimate.high], published["strat_ciprop_schwide_beta"]["ci"], rtol=1e-12)

    def test_domains_are_in_sorted_order(self, strat, published):
        estimate = survey_mean(strat.number("api00"), strat.weights, by=strat.text["stype"], **strat.design)
        figures = published["strat_by_stype_api00"]
        assert estimate.labels.tolist() == figures["stype"]
        agrees(estimate, {"est": figures["api00"], "se": figures["se"]})
        assert estimate.n.tolist() == [100, 50, 50]

    def test_design_effect(self, strat, published):
        """R compares with a simple random sample without replacement, n_eff with one drawn with replacement."""
        estimate = survey_mean(strat.number("api00"), strat.weights, **strat.design)
        deff = estimate.n / estimate.n_eff / (1 - estimate.n / strat.weights.sum())
        assert_allclose(deff, published["strat_deff_api00"]["deff"], rtol=1e-12)

    def test_clusters(self, clus, published):
        agrees(survey_mean(clus.number("api00"), clus.weights, **clus.design), published["clus1_mean_api00"])

    def test_clusters_without_fpc(self, clus, published):
        estimate = survey_mean(clus.number("api00"), clus.weights, clusters=clus.text["dnum"])
        agrees(estimate, published["clus1_nofpc_mean_api00"])
        assert estimate.df == 14

    def test_logit_interval(self, strat, published):
        """R's logit interval is made of a share, its error and its degrees of freedom; R's fit stops at 1e-9."""
        estimate = survey_share(strat.text["sch.wide"] == "Yes", strat.weights, **strat.design)
        figures = published["strat_ciprop_schwide_logit"]
        assert_allclose(estimate.value, figures["est"], rtol=1e-8)
        half = stats.t.ppf(0.975, estimate.df) * estimate.se / (estimate.value * (1 - estimate.value))
        assert_allclose(
            special.expit(special.logit(estimate.value) + np.array([-half, half])), figures["ci"], rtol=1e-8
        )

    def test_post_stratified(self, clus, published, population):
        stype = codes(clus.text["stype"])
        weights = rake(clus.weights, [(stype, population[0])]).weights
        estimate = survey_mean(
            clus.number("api00"), weights, calibration=[stype], base_weights=clus.weights, **clus.design
        )
        agrees(estimate, published["clus1_poststrat_mean_api00"])
        assert_allclose(kish(weights)[0], published["kish_deff"]["apiclus1_poststrat"], rtol=1e-12)

    @pytest.mark.parametrize("base_weights_given", [True, False])
    def test_raked(self, clus, published, population, base_weights_given):
        """The base weights of this sample are all equal, which is what is assumed if they are not given."""
        stype, wide = codes(clus.text["stype"]), codes(clus.text["sch.wide"])
        weights = rake(clus.weights, [(stype, population[0]), (wide, population[1])], tol=1e-12).weights
        design = {**clus.design, "calibration": [stype, wide]}
        if base_weights_given:
            design["base_weights"] = clus.weights
        mean = survey_mean(clus.number("api00"), weights, **design)
        agrees(mean, published["clus1_rake_mean_api00"])
        agrees(survey_total(clus.number("enroll"), weights, **design), published["clus1_rake_total_enroll"])

    def test_every_published_figure_is_checked(self, published):
        """Samples whose rows are not in the folder cannot be recomputed; all else is, here and beside."""
        tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
        figures = {*published, *published["kish_deff"], *published["ess"]} - WITHOUT_ROWS
        assert {figure for figure in figures if f'["{figure}"]' not in tests} == set()


@st.composite
def samples(draw):
    """Small samples with few clusters per stratum, unknown answers and, sometimes, calibrated weights."""
    n = draw(st.integers(4, 25))
    ints = lambda top: np.array(draw(st.lists(st.integers(0, top), min_size=n, max_size=n)))  # noqa: E731
    y = ints(9).astype(float)
    y[ints(5) == 0] = np.nan
    weights = 0.5 + ints(6) / 3.0
    calibration = [ints(1), ints(2)] if draw(st.booleans()) else None
    return y, weights, ints(2), ints(3), ints(1), calibration, 0.5 + ints(4) / 2.0


class TestAgainstExplicitCalculation:
    @given(samples())
    @settings(derandomize=True, max_examples=80, deadline=None)
    def test_mean_of_a_domain(self, sample):
        y, w, strata, clusters, domain, calibration, base = sample
        estimate = survey_mean(
            y, w, strata=strata, clusters=clusters, by=domain, calibration=calibration, base_weights=base
        )
        for row, label in enumerate(estimate.labels):
            inside = domain == label
            assert estimate.n[row] == (inside & ~np.isnan(y)).sum()
            mean, variance = explicit_mean(y, inside, w, strata, clusters, calibration=calibration, base=base)
            assert_allclose(estimate.value[row], mean)
            assert_allclose(estimate.se[row] ** 2, variance, rtol=1e-9, atol=1e-12)

    @given(samples())
    @settings(derandomize=True, max_examples=60, deadline=None)
    def test_total(self, sample):
        y, w, strata, clusters, _, calibration, base = sample
        estimate = survey_total(y, w, strata=strata, clusters=clusters, calibration=calibration, base_weights=base)
        if np.isnan(y).all():
            assert np.isnan(estimate.value)
        else:
            assert_allclose(estimate.value, np.nansum(w * y))
        if len(set(zip(strata, clusters, strict=True))) > 1:
            variance = explicit_variance(np.nan_to_num(y), w, strata, clusters, calibration, base)
            assert_allclose(np.nan_to_num(estimate.se) ** 2, variance, rtol=1e-8, atol=1e-8)


class TestByHand:
    """Four answers 1, 2, 3, 4: s² = 5/3, standard error of the mean √(5/12), of the total four times that."""

    def test_intervals_are_at_the_level_asked_for(self):
        half = stats.t.ppf(0.9, 3) * np.sqrt(5 / 12)
        mean = survey_mean([1, 2, 3, 4], np.ones(4), level=0.8)
        assert_allclose([mean.low, mean.high], [2.5 - half, 2.5 + half])
        total = survey_total([1, 2, 3, 4], np.ones(4), level=0.8)
        assert_allclose([total.low, total.high], [10 - 4 * half, 10 + 4 * half])

    @pytest.mark.parametrize("weight", [0.1, 1.0, 1000.0])
    def test_a_total_of_four_answers_rests_on_four_whatever_they_weigh(self, weight):
        assert_allclose(survey_total([1, 2, 3, 4], np.full(4, weight)).n_eff, 4)

    def test_a_share_of_three_in_ten_at_80_per_cent(self):
        """The standard error is √(0.21 / 9): nine answers stand behind it, and t of 9 over t of 9 is 1."""
        answers = np.array([1.0] * 3 + [0.0] * 7)
        limits = [stats.beta.ppf(0.1, 2.7, 7.3), stats.beta.ppf(0.9, 3.7, 6.3)]
        share = survey_share(answers, np.ones(10), level=0.8)
        assert_allclose([share.low, share.high, share.n_eff], [*limits, 9])
        many = domain_shares(answers[:, None], np.ones(10), np.ones((10, 1)), level=0.8)
        assert_allclose([many.low[0, 0], many.high[0, 0]], limits)

    def test_of_a_population_hardly_larger_than_the_sample_little_is_unknown(self):
        """Four of five: a fifth of the variance is left."""
        assert_allclose(survey_mean([1, 2, 3, 4], np.ones(4), fpc=5).se, np.sqrt(5 / 12 / 5))
        assert survey_mean([1, 2, 3, 4], np.ones(4), fpc=4).se == 0


class TestSpecialCases:
    def test_a_lonely_psu_is_not_certain(self):
        y, w = [1.0, 5.0, 2.0, 9.0], np.ones(4)
        alone = survey_mean(y, w, strata=[0, 1, 2, 3])
        assert alone.df == 0
        assert alone.se > 0
        assert alone.high - alone.low > 12 * alone.se, "t with one degree of freedom"

    def test_a_domain_inside_one_cluster_has_no_known_error(self):
        estimate = survey_share([1, 0, 1, 0, 1, 1], np.ones(6), clusters=[0, 0, 0, 1, 2, 3], by=[0, 0, 0, 1, 1, 1])
        assert np.isnan(estimate.se[0])
        assert estimate.se[1] > 0
        assert estimate.high[0] - estimate.low[0] > 0.9

    def test_unknown_answers_are_a_domain(self):
        y = np.array([1, 0, np.nan, 1, np.nan, 0, 1])
        w, strata = np.arange(1.0, 8.0), [0, 0, 0, 1, 1, 1, 1]
        known = survey_share(y, w, strata=strata)
        as_domain = survey_share(np.nan_to_num(y), w, strata=strata, by=np.isnan(y))
        assert known.n == 5
        assert_allclose([known.value, known.se, known.low], [as_domain.value[0], as_domain.se[0], as_domain.low[0]])

    @pytest.mark.parametrize("answer", [0.0, 1.0])
    def test_a_share_of_zero_or_one_keeps_an_interval(self, answer):
        weights = np.r_[np.ones(20), np.full(10, 3.0)]
        estimate = survey_share(np.full(30, answer), weights)
        assert estimate.se == 0
        assert_allclose(estimate.n_eff, 50**2 / 110)
        assert 0.1 < estimate.high - estimate.low < 0.2
        assert estimate.low <= estimate.value <= estimate.high

    def test_nothing_known(self):
        estimate = survey_share([np.nan, np.nan], [1.0, 2.0])
        assert (estimate.n, estimate.n_eff, estimate.low, estimate.high) == (0, 0, 0, 1)
        assert np.isnan(estimate.value)

    def test_a_margin_that_was_raked_to_has_no_sampling_error(self):
        margin = np.array([0, 0, 1, 1, 1, 0, 1, 0])
        weights = rake(np.ones(8), [(margin, [70, 30])]).weights
        estimate = survey_share(margin, weights, calibration=[margin])
        assert_allclose(estimate.value, 0.3)
        assert estimate.se == 0

    def test_degrees_of_freedom_of_domains(self):
        """Whole strata: their PSUs less one each. Spread thinly over strata: hardly any is lost to them."""
        strata = np.repeat(np.arange(5), 10)
        y, w = np.tile([0.0, 1.0], 25), np.ones(50)
        assert survey_mean(y, w, strata=strata, by=strata < 2).df.tolist() == [27, 18]
        thin = np.arange(50) % 10 == 0
        assert_allclose(survey_mean(y, w, strata=strata, by=thin).df, [45 * 0.9, 4])
        assert survey_mean(y, w, by=thin).df.tolist() == [44, 4]

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"weights": [-1.0, 1, 1]}, "not negative"),
            ({"weights": [[1.0, 1, 1]]}, "one-dimensional"),
            ({"weights": [1.0, 1]}, "one value per weight"),
            ({"strata": [0, 1]}, "^strata must .* one entry per row"),
            ({"clusters": [0, 1]}, "^clusters must .* one entry per row"),
            ({"base_weights": [1.0, -1, 1], "calibration": [[0, 0, 1]]}, "^base_weights must .* not negative"),
            ({"fpc": 2.0}, "cannot be below"),
            ({"fpc": [9.0, 8.0, 9.0]}, "same for all rows"),
            ({"y": [0.0, 1, 2]}, "1 .yes."),
            ({"level": 95}, "between 0 and 1"),
            ({"calibration": [[0, 0, 1]], "base_weights": [1.0]}, "base_weights"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, change, sentence):
        arguments = {"y": [0.0, 1, 1], "weights": [1.0, 1, 1], **change}
        with pytest.raises(ValueError, match=sentence):
            survey_share(**arguments)
