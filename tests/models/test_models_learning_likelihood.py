"""The marginal likelihood of the learning curves, against dense integration written anew, and against statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum.models.learning_cases import read_cases
from cusum.models.learning_fitting import Hierarchy, fit_hierarchy
from cusum.models.learning_quadrature import inverse_root, normal_grid, shift_rate
from cusum.models.learning_shapes import make_shape

KINDS = ["constant", "mixed", "asymptotic"]
THETA = {
    "constant": [-1.0, -0.5],
    "mixed": [-1.0, -0.4, -0.5, -1.0, 0.3],
    "asymptotic": [-2.0, 0.0, 1.0, -0.5, -0.7, -0.6, 0.4],
}


def tiny(seed=0):
    """Five trainees of four to eight cases, with a covariate."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(5), [4, 5, 6, 7, 8])
    case = np.concatenate([np.arange(1, n + 1) for n in (4, 5, 6, 7, 8)])
    failure = rng.random(who.size) < 0.5 / case**0.4
    return pd.DataFrame(
        {"trainee": [f"T{k}" for k in who], "case": case, "failure": failure, "bmi": rng.normal(26, 4, who.size)}
    )


def plain_rate(kind, effects, case, centre):
    """Failure rate of one trainee at one case."""
    if kind == "constant":
        return 1 / (1 + np.exp(-effects[0]))
    if kind == "mixed":
        return 1 / (1 + np.exp(-(effects[0] + effects[1] * (np.log(case) - centre))))
    final, first = (1 / (1 + np.exp(-value)) for value in effects[:2])
    return final + (first - final) * np.exp(-(case - 1) / np.exp(effects[2]))


def plain_likelihood(kind, theta, table, coefficient, centre):
    """Sum over a dense grid of the trainees' transformed parameters."""
    size = {"constant": 1, "mixed": 2, "asymptotic": 3}[kind]
    spread = np.exp(theta[size : 2 * size])
    correlation = np.tanh(theta[2 * size]) if size > 1 else 0.0
    covariance = np.diag(spread**2)
    if size > 1:
        covariance[0, 1] = covariance[1, 0] = correlation * spread[0] * spread[1]
    at = np.linspace(-5, 5, {1: 2001, 2: 201, 3: 61}[size])
    grids = np.meshgrid(*[theta[k] + spread[k] * at for k in range(size)], indexing="ij")
    away = np.stack([grid - theta[k] for k, grid in enumerate(grids)])
    square = np.einsum("i...,ij,j...->...", away, np.linalg.inv(covariance), away)
    density = np.exp(-0.5 * square)
    density /= density.sum()
    total = 0.0
    for _, mine in table.groupby("trainee"):
        chance = np.ones_like(density)
        for case, failure, bmi in zip(mine["case"], mine["failure"], mine["bmi"], strict=True):
            rate = plain_rate(kind, grids, case, centre)
            odds = rate / (1 - rate) * np.exp(coefficient * (bmi - table["bmi"].mean()))
            chance = chance * (odds / (1 + odds) if failure else 1 / (1 + odds))
        total += np.log((chance * density).sum())
    return total


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("coefficient", [None, 0.1])
def test_marginal_likelihood_against_a_dense_grid(kind, coefficient):
    table = tiny()
    cases = read_cases(table, () if coefficient is None else "bmi")
    hierarchy = Hierarchy(make_shape(kind, cases.case), cases)
    theta = np.array(THETA[kind] + ([] if coefficient is None else [coefficient]))
    found = hierarchy.marginal(theta, np.zeros((5, hierarchy.shape.size))).value
    expected = plain_likelihood(kind, theta, table, coefficient or 0.0, hierarchy.shape.centre)
    assert found == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_against_differences(kind):
    cases = read_cases(tiny(3), "bmi")
    hierarchy = Hierarchy(make_shape(kind, cases.case), cases)
    theta, start = np.array([*THETA[kind], 0.05]), np.zeros((5, hierarchy.shape.size))
    steps = 1e-4 * np.eye(theta.size)
    ahead, behind = (np.array([hierarchy.marginal(theta + sign * s, start).value for s in steps]) for sign in (1, -1))
    np.testing.assert_allclose(hierarchy.marginal(theta, start).gradient, (ahead - behind) / 2e-4, atol=0.02)


def test_the_fit_is_the_highest_point():
    cases = read_cases(tiny(1), ())
    fit = fit_hierarchy(make_shape("mixed", cases.case), cases)
    centre, spread = fit.hierarchy.prior

    def height(theta):
        value = fit.hierarchy.marginal(theta, fit.marginal.mode).value
        return value - 0.5 * (((theta - centre) / spread) ** 2).sum()

    best = height(fit.theta)
    rng = np.random.default_rng(0)
    root = np.linalg.cholesky(fit.covariance)
    assert all(height(fit.theta + 0.3 * root @ rng.standard_normal(5)) < best for _ in range(20))


def test_the_evidence_is_the_likelihood_averaged_over_the_prior():
    cases = read_cases(tiny(2), ())
    fit = fit_hierarchy(make_shape("constant", cases.case), cases)
    centre, spread = fit.hierarchy.prior
    z, log_weight = normal_grid(40, 2)
    values = [fit.hierarchy.marginal(centre + spread * point, fit.marginal.mode).value for point in z]
    assert fit.log_evidence == pytest.approx(np.log(np.sum(np.exp(np.array(values) + log_weight))), abs=0.15)


def test_without_differences_between_trainees_it_is_logistic_regression():
    import statsmodels.api as sm

    table = tiny(4)
    cases = read_cases(table, ())
    shape = make_shape("mixed", cases.case)
    hierarchy = Hierarchy(shape, cases)
    ordered = table.sort_values(["trainee", "case"])
    design = np.column_stack([np.ones(len(ordered)), np.log(ordered["case"]) - shape.centre])
    result = sm.Logit(ordered["failure"].astype(float).to_numpy(), design).fit(disp=0)
    theta = np.array([*result.params, -9.0, -9.0, 0.0])
    found = hierarchy.marginal(theta, np.zeros((5, 2)))
    assert found.value == pytest.approx(result.llf, abs=1e-6)
    np.testing.assert_allclose(found.gradient[:2], 0, atol=1e-4)


def test_small_parts():
    z, log_weight = normal_grid(5, 3)
    weight = np.exp(log_weight)
    assert weight.sum() == pytest.approx(1)
    np.testing.assert_allclose((z * weight[:, None]).T @ z, np.eye(3), atol=1e-12)
    matrix = np.array([[4.0, 1.0], [1.0, 3.0]])
    root = inverse_root(matrix)
    np.testing.assert_allclose(root @ root.T, np.linalg.inv(matrix))
    assert shift_rate(np.array([0.2]), np.array([0.0]))[0] == pytest.approx(0.2)
