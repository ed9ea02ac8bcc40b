"""Maximum likelihood against statsmodels; Firth's likelihood against what can be worked out without it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize
from scipy.special import expit
from scipy.stats import binom
from statsmodels.discrete.discrete_model import Logit
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.genmod.generalized_linear_model import GLM

from cusum.errors import InvalidData
from cusum.models.risk_fitting import estimate, fit_logistic, maximise
from cusum.models.risk_penalised import firth, profile_limits, separated_columns


def penalised(matrix, failure, beta):
    """Penalised log likelihood, case by case."""
    total = 0.0
    information = np.zeros((len(beta), len(beta)))
    for row, outcome in zip(matrix, failure, strict=True):
        risk = 1 / (1 + np.exp(-float(row @ beta)))
        total += np.log(risk) if outcome else np.log1p(-risk)
        information += risk * (1 - risk) * np.outer(row, row)
    return total + 0.5 * np.log(np.linalg.det(information))


def small_case(seed, n=25):
    """Draw covariates and outcomes that may or may not be separated."""
    rng = np.random.default_rng(seed)
    matrix = np.column_stack([np.ones(n), rng.normal(size=n), rng.random(n) < 0.2])
    failure = (rng.random(n) < expit(-1.5 + matrix[:, 1] + 2 * matrix[:, 2])).astype(float)
    return matrix, failure


@settings(max_examples=60, deadline=None)
@given(*(st.integers(0, 30) for _ in range(4)))
def test_two_groups_are_as_with_half_a_case_added_to_each_cell(a, b, c, d):
    """For a saturated model Jeffreys' prior adds 1/2 to each cell (Firth 1993; Heinze and Schemper 2002)."""
    if not (a + b and c + d):
        return
    matrix = np.array([[1.0, 0.0]] * (a + b) + [[1.0, 1.0]] * (c + d))
    failure = np.array([1.0] * a + [0.0] * b + [1.0] * c + [0.0] * d)
    first = np.log((a + 0.5) / (b + 0.5))
    second = np.log((c + 0.5) / (d + 0.5))
    np.testing.assert_allclose(firth(matrix, failure)[0], [first, second - first], atol=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_firth_is_the_maximum_that_a_plain_search_finds(seed):
    matrix, failure = small_case(seed)
    beta, best = firth(matrix, failure)
    found = minimize(
        lambda b: -penalised(matrix, failure, b),
        np.zeros(3),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000},
    )
    assert best == pytest.approx(-found.fun, abs=1e-8)
    np.testing.assert_allclose(beta, found.x, atol=1e-5)
    assert best == pytest.approx(penalised(matrix, failure, beta), abs=1e-10)


def test_profile_limits_are_where_the_profile_has_fallen_by_half_of_chi_squared():
    matrix, failure = small_case(3)
    beta, best = firth(matrix, failure)
    limits = profile_limits(matrix, failure, beta, best, [1])

    def fall(value):
        rest = minimize(
            lambda b: -penalised(matrix, failure, np.array([b[0], value, b[1]])),
            beta[[0, 2]],
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000},
        )
        return 2 * (best + rest.fun) - 3.841458820694124

    assert limits[0, 0] == pytest.approx(brentq(fall, beta[1] - 5, beta[1]), abs=1e-5)
    assert limits[1, 0] == pytest.approx(brentq(fall, beta[1], beta[1] + 5), abs=1e-5)


def separated_by_search(matrix, failure):
    """Try every direction of small whole numbers: does one never lose and once gain?"""
    signed = matrix * (2 * failure - 1)[:, None]
    for direction in product(range(-4, 5), repeat=matrix.shape[1]):
        gain = signed @ np.array(direction)
        if (gain >= 0).all() and (gain > 0).any():
            return True
    return False


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.booleans()), min_size=2, max_size=14))
def test_separation_is_found_where_there_is_any(rows):
    matrix = np.array([[1.0, x, z] for x, z, _ in rows])
    failure = np.array([float(y) for *_, y in rows])
    if np.linalg.matrix_rank(matrix) < 3:
        return  # refused before it is asked
    assert bool(separated_columns(matrix, failure)) == separated_by_search(matrix, failure)


def test_the_columns_that_separate_are_told():
    rng = np.random.default_rng(5)
    x, rare = rng.normal(size=200), np.arange(200) < 6
    failure = (rng.random(200) < expit(x - 1)).astype(float)
    failure[rare] = 1.0
    matrix = np.column_stack([np.ones(200), x, rare])
    assert separated_columns(matrix, failure) == (2,)
    fit = fit_logistic(matrix, failure, ("one", "x", "rare"))
    assert (fit.penalised, fit.separated) == (True, (2,))
    assert np.isfinite(fit.coefficients).all()
    assert fit.low[2] < fit.coefficients[2] < fit.high[2]
    assert fit.low[2] > 0  # all six failed, where two in five did otherwise
    assert expit(matrix @ fit.coefficients).sum() == pytest.approx(failure.sum(), abs=1e-8)
    np.testing.assert_array_equal(estimate(matrix, failure)[0], fit.coefficients)


def test_a_steep_slope_is_not_taken_for_separation():
    rng = np.random.default_rng(6)
    x = rng.normal(size=3000)
    failure = (rng.random(3000) < expit(6 * x - 2)).astype(float)
    matrix = np.column_stack([np.ones(3000), x])
    assert np.abs(matrix @ maximise(matrix, failure)[0]).max() > 10
    assert not fit_logistic(matrix, failure, ("one", "x")).penalised


def test_clusters_are_allowed_for_as_a_bias_reduced_gee_does():
    rng = np.random.default_rng(8)
    groups = np.repeat(np.arange(30), 20)
    matrix = np.column_stack([np.ones(600), rng.normal(size=30)[groups], rng.normal(size=600)])
    failure = (rng.random(600) < expit(-1 + 0.5 * matrix[:, 2] + rng.normal(size=30)[groups])).astype(float)
    fit = fit_logistic(matrix, failure, ("one", "x", "z"), groups)
    robust = GEE(failure, matrix, groups=groups, family=Binomial(), cov_struct=Independence())
    robust = robust.fit(cov_type="bias_reduced", ctol=1e-12)  # Mancl and DeRouen's
    plain = Logit(failure, matrix).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), robust.bse, rtol=1e-6)
    assert robust.bse[1] > 1.5 * plain.bse[1]  # the cluster's own covariate is known much less well than it seems
    np.testing.assert_allclose(fit.high - fit.coefficients, 2.045229642 * robust.bse, rtol=1e-6)  # t, 29 degrees


def test_a_cluster_that_alone_tells_a_coefficient_is_allowed():
    rng = np.random.default_rng(33)
    groups = np.repeat(np.arange(8), 25)
    matrix = np.column_stack([np.ones(200), groups == 3])
    failure = (rng.random(200) < 0.3).astype(float)
    fit = fit_logistic(matrix, failure, ("one", "only here"), groups)
    assert np.isfinite(fit.covariance).all()
    assert (np.diag(fit.covariance) > 0).all()


def test_limits_that_allow_for_clusters_hold_with_few_of_them():
    """Twelve trainees who differ, and a covariate of the trainee; its slope averaged over trainees is 0.472."""
    held = []
    for seed in range(200):
        rng = np.random.default_rng([12, seed])
        who, level = np.repeat(np.arange(12), 30), rng.normal(size=12)
        failure = rng.random(360) < expit(-1.5 + 0.5 * level[who] + rng.normal(0, 0.6, 12)[who])
        fit = fit_logistic(np.column_stack([np.ones(360), level[who]]), failure.astype(float), ("one", "x"), who)
        held.append(fit.low[1] <= 0.4719 <= fit.high[1])
    assert 0.915 <= np.mean(held) <= 0.985


def test_the_likelihood_fit_is_that_of_a_glm():
    """Statsmodels' GLM iterates reweighted least squares, another way to the same maximum."""
    rng = np.random.default_rng(31)
    matrix = np.column_stack([np.ones(400), rng.normal(size=400), rng.random(400) < 0.3])
    failure = (rng.random(400) < expit(-1 + 0.7 * matrix[:, 1] - 0.4 * matrix[:, 2])).astype(float)
    theirs = GLM(failure, matrix, family=Binomial()).fit(tol=1e-14)
    ours = fit_logistic(matrix, failure, ("one", "x", "z"))
    np.testing.assert_allclose(ours.coefficients, theirs.params, atol=1e-9)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), atol=1e-8)
    np.testing.assert_allclose(np.column_stack([ours.low, ours.high]), theirs.conf_int(), atol=1e-7)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-8)


def test_the_sandwich_is_added_up_cluster_by_cluster():
    rng = np.random.default_rng(32)
    groups = np.repeat(np.arange(12), rng.integers(3, 20, 12))
    n = groups.size
    matrix = np.column_stack([np.ones(n), rng.normal(size=n)])
    failure = (rng.random(n) < expit(-0.5 + matrix[:, 1] + rng.normal(size=12)[groups])).astype(float)
    fit = fit_logistic(matrix, failure, ("one", "x"), groups)
    risk = 1 / (1 + np.exp(-matrix @ fit.coefficients))
    bread = np.linalg.inv(sum(p * (1 - p) * np.outer(row, row) for p, row in zip(risk, matrix, strict=True)))
    meat = np.zeros((2, 2))
    for k in range(12):
        mine = groups == k
        pull = (risk * (1 - risk))[mine, None] * matrix[mine] @ bread @ matrix[mine].T  # case by case, as published
        score = matrix[mine].T @ np.linalg.inv(np.eye(mine.sum()) - pull) @ (failure - risk)[mine]
        meat += np.outer(score, score)
    np.testing.assert_allclose(fit.covariance, bread @ meat @ bread, rtol=1e-7)


def firth_by_newton(matrix, failure):
    """Firth's modified scores, case by case, by plain Newton steps with a numerical derivative."""

    def score(beta):
        risk = [1 / (1 + np.exp(-float(row @ beta))) for row in matrix]
        inverse = np.linalg.inv(sum(p * (1 - p) * np.outer(row, row) for p, row in zip(risk, matrix, strict=True)))
        total = np.zeros(len(beta))
        for row, y, p in zip(matrix, failure, risk, strict=True):
            leverage = p * (1 - p) * float(row @ inverse @ row)
            total += (y - p + leverage * (0.5 - p)) * row
        return total

    beta = np.zeros(matrix.shape[1])
    for _ in range(60):
        slope = np.column_stack([(score(beta + d) - score(beta - d)) / 2e-5 for d in 1e-5 * np.eye(beta.size)])
        step = np.linalg.solve(slope, score(beta))
        beta = beta - step * min(1.0, 1.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-10:
            break
    return beta


@pytest.mark.parametrize("seed", [11, 12])
def test_firth_is_where_a_plain_newton_loop_ends(seed):
    matrix, failure = small_case(seed)
    failure[matrix[:, 2] > 0] = 1.0  # separated
    np.testing.assert_allclose(firth(matrix, failure)[0], firth_by_newton(matrix, failure), atol=1e-7)


def test_clusters_with_the_penalty_are_as_without_it_in_many_cases():
    """With many cases the penalty vanishes, and so must its part in the sandwich."""
    rng = np.random.default_rng(9)
    groups = np.repeat(np.arange(200), 40)
    rare = np.arange(8000) % 800 == 0
    x = rng.normal(size=200)[groups]
    failure = (rng.random(8000) < expit(-1 + x)).astype(float)
    failure[rare] = 0.0
    fit = fit_logistic(np.column_stack([np.ones(8000), x, rare]), failure, ("one", "x", "rare"), groups)
    rest = fit_logistic(np.column_stack([np.ones(8000), x])[~rare], failure[~rare], ("one", "x"), groups[~rare])
    assert fit.penalised
    np.testing.assert_allclose(fit.coefficients[:2], rest.coefficients, atol=2e-3)
    np.testing.assert_allclose(np.diag(fit.covariance)[:2], np.diag(rest.covariance), rtol=0.02)


def test_coverage_of_the_profile_limits():
    """Thirty cases, six of them of a rare category: exactly how often the limits hold the true log odds ratio, 1.5."""
    rare = np.arange(30) < 6
    matrix = np.column_stack([np.ones(30), rare])
    coverage = told = 0.0
    for a, b in product(range(7), range(25)):
        chance = binom.pmf(a, 6, expit(0.5)) * binom.pmf(b, 24, expit(-1.0))
        if chance < 3e-4 or a + b == 0:
            continue
        failure = np.zeros(30)
        failure[:a] = failure[6 : 6 + b] = 1.0
        beta, best = firth(matrix, failure)
        low, high = profile_limits(matrix, failure, beta, best, [1])[:, 0]
        told += chance
        coverage += chance * (low <= 1.5 <= high)
    assert told > 0.99
    assert coverage / told == pytest.approx(0.96, abs=0.02)


def test_redundant_columns_are_named():
    matrix = np.column_stack([np.ones(10), np.arange(10), 3 * np.arange(10) + 2])
    with pytest.raises(InvalidData, match=r"(x|z) can be computed from the other covariates"):
        fit_logistic(matrix, (np.arange(10) % 3 == 0).astype(float), ("one", "x", "z"))
