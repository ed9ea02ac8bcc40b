"""Fit a curve by trainee: marginal likelihood by adaptive Gauss-Hermite quadrature, maximised with weak priors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import minimize

from cusum.models.learning_cases import LearningCases
from cusum.models.learning_quadrature import inverse_root, normal_grid, shift_rate
from cusum.models.learning_shapes import FloatArray, Shape

__all__ = ["Hierarchy", "LearningFit", "fit_hierarchy"]

_CORRELATION_SPREAD = 0.5  # prior standard deviation of artanh(correlation)
_COVARIATE_SPREAD = 2.5  # prior standard deviation of a coefficient, by standard deviation of its covariate
_FARTHEST = 5.0  # prior standard deviations from the prior centre
_STEP = 0.01
_AT_A_TIME = 32_768  # rates held at once: what stays near the processor is several times as quick to work on


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Cases of many trainees under one shape: what is unknown, how likely it makes the outcomes.

    Parameters
    ----------
    shape : Shape
        The curve.
    cases : LearningCases
        The outcomes.

    Notes
    -----
    The unknowns `theta` are the means of the transformed parameters across trainees, the logarithms of their standard
    deviations, artanh of the correlation of the first two where there is one, and the coefficients of the covariates. A
    trainee's transformed parameters are means + loading v, with v standard normal.
    """

    shape: Shape
    cases: LearningCases

    @property
    def covariates_from(self) -> int:
        """Place in `theta` of the first coefficient of a covariate."""
        return 2 * self.shape.size + int(self.shape.correlated)

    @cached_property
    def prior(self) -> tuple[FloatArray, FloatArray]:
        """Centres and standard deviations of the normal priors of `theta`."""
        pairs = [*self.shape.means, *self.shape.spreads]
        pairs += [(0.0, _CORRELATION_SPREAD)] if self.shape.correlated else []
        spread = self.cases.covariates.std(axis=0)
        pairs += [(0.0, _COVARIATE_SPREAD / value if value > 0 else 1.0) for value in spread]
        both = np.array(pairs)
        return both[:, 0], both[:, 1]

    @cached_property
    def grid(self) -> tuple[FloatArray, FloatArray]:
        """Nodes, shape (nodes, size), and logarithms of their weights, for a standard normal."""
        return normal_grid(self.shape.nodes, self.shape.size)

    def loading(self, theta: FloatArray) -> FloatArray:
        """Triangular matrix that turns standard normals into deviations of a trainee, shape (size, size)."""
        size = self.shape.size
        root = np.eye(size)
        if self.shape.correlated:
            correlation = np.tanh(theta[2 * size])
            root[1, :2] = correlation, np.sqrt(1 - correlation**2)
        return np.exp(theta[size : 2 * size])[:, None] * root

    def effects(self, theta: FloatArray, v: FloatArray) -> FloatArray:
        """Transformed parameters of trainees with standard normals `v`, shape (..., size)."""
        return theta[: self.shape.size] + v @ self.loading(theta).T

    def offset(self, theta: FloatArray) -> FloatArray | None:
        """What the covariates add to the log odds of each case, shape (n, 1), or (n, sets) for several `theta`."""
        if not self.cases.covariates.shape[1]:
            return None
        return self.cases.covariates @ np.atleast_2d(theta)[:, self.covariates_from :].T

    def rates(self, effects: FloatArray, offset: FloatArray | None) -> tuple[FloatArray, list[FloatArray]]:
        """Failure rate of each case (rows) at each node of its trainee (columns), and derivatives of its log odds."""
        by_row = [value[self.cases.who] for value in self.shape.natural(effects)]
        rate, slopes = self.shape.curve(by_row, self.cases.case[:, None])
        return (rate if offset is None else shift_rate(rate, offset)), slopes

    def log_likelihood(self, rate: FloatArray) -> FloatArray:
        """Log likelihood of each trainee's outcomes at each node."""
        return self.by_trainee(np.log(np.where(self.cases.failed[:, None], rate, 1 - rate)))

    def by_trainee(self, rows: FloatArray) -> FloatArray:
        """Add up rows of cases by trainee."""
        return np.add.reduceat(rows, self.cases.first, axis=0)

    def modes(self, theta: FloatArray, start: FloatArray, most: int = 25) -> tuple[FloatArray, FloatArray]:
        """Most likely `v` of each trainee, shape (trainees, size), and the root of its approximate covariance there."""
        v, loading, offset = start.copy(), self.loading(theta), self.offset(theta)
        height, gradient, information = self._climb(theta, v, loading, offset)
        for _ in range(most):
            step = np.linalg.solve(information, gradient[..., None])[..., 0]
            new = self._climb(theta, v + step, loading, offset)
            worse = new[0] < height - 1e-10
            for _ in range(8):
                if not worse.any():
                    break
                step[worse] /= 2
                new = self._climb(theta, v + step, loading, offset)
                worse = new[0] < height - 1e-10
            step[worse] = 0.0
            v = v + step
            height, gradient, information = new if not worse.any() else self._climb(theta, v, loading, offset)
            if np.abs(step).max() < 1e-5:
                break
        return v, inverse_root(information)

    def _climb(
        self, theta: FloatArray, v: FloatArray, loading: FloatArray, offset: FloatArray | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Log of the joint density of outcomes and `v`, less a constant; its gradient and expected information."""
        rate, slopes = self.rates((theta[: self.shape.size] + v @ loading.T)[:, None, :], offset)
        design = np.column_stack(slopes) @ loading
        gradient = self.by_trainee(design * (self.cases.failure - rate[:, 0])[:, None]) - v
        weighted = design * (rate * (1 - rate))
        information = self.by_trainee(weighted[:, :, None] * design[:, None, :]) + np.eye(self.shape.size)
        return self.log_likelihood(rate)[:, 0] - 0.5 * (v**2).sum(axis=1), gradient, information

    def marginal(self, theta: FloatArray, start: FloatArray) -> Marginal:
        """Log likelihood with the trainees' parameters integrated out, and its gradient by `theta`."""
        mode, root = self.modes(theta, start)
        v = mode[:, None, :] + np.einsum("ijk,nk->inj", root, self.grid[0])
        weighed = [block.weigh(theta, v[at]) for at, block in self.blocks]
        top, total, share, score, residual = (np.concatenate(parts) for parts in zip(*weighed, strict=True))
        volume = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        return Marginal(volume + top + np.log(total), self._gradient(theta, v, score, residual), mode, v, share)

    @cached_property
    def blocks(self) -> list[tuple[slice, Hierarchy]]:
        """The same trainees a few at a time: which they are, and their cases."""
        cases, ends, nodes = self.cases, np.cumsum(self.cases.counts), self.shape.nodes**self.shape.size
        found, start, most = [], 0, max(1, _AT_A_TIME // nodes)
        while start < ends.size:
            row = int(cases.first[start])
            stop = max(int(np.searchsorted(ends, row + most, side="right")), start + 1)
            rows = slice(row, int(ends[stop - 1]))
            part = replace(
                cases,
                trainees=cases.trainees[start:stop],
                who=cases.who[rows] - start,
                case=cases.case[rows],
                failure=cases.failure[rows],
                covariates=cases.covariates[rows],
            )
            found.append((slice(start, stop), Hierarchy(self.shape, part)))
            start = stop
        return found

    def weigh(
        self, theta: FloatArray, v: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """Weigh the nodes `v` of each trainee by how likely they make the outcomes.

        Gives the largest log weight and the sum relative to it, shape (trainees,); the shares, shape (trainees, nodes);
        the scores by transformed parameter, shape (trainees, nodes, size); and the residual of each case.
        """
        z, log_weight = self.grid
        rate, slopes = self.rates(self.effects(theta, v), self.offset(theta))
        joint = self.log_likelihood(rate)
        joint += 0.5 * ((z**2).sum(axis=1) - (v**2).sum(axis=2)) + log_weight
        top = joint.max(axis=1, keepdims=True)
        share = np.exp(joint - top)
        total = share.sum(axis=1, keepdims=True)
        share /= total
        residual = (self.cases.failure[:, None] - rate) * share[self.cases.who]
        score = np.stack([self.by_trainee(residual * slope) for slope in slopes], axis=2)
        return top[:, 0], total[:, 0], share, score, residual.sum(axis=1)

    def _gradient(self, theta: FloatArray, v: FloatArray, score: FloatArray, residual: FloatArray) -> FloatArray:
        """Expected gradient of the log likelihood of the outcomes by `theta` (Fisher's identity)."""
        size = self.shape.size
        loading = self.loading(theta)
        outer = np.einsum("inj,ink->jk", score, v)
        gradient = np.zeros(theta.size)
        gradient[:size] = score.sum(axis=(0, 1))
        gradient[size : 2 * size] = (outer * loading).sum(axis=1)
        if self.shape.correlated:
            correlation = np.tanh(theta[2 * size])
            away = np.sqrt(1 - correlation**2)
            turned = outer[1, 0] * away**2 - outer[1, 1] * correlation * away
            gradient[2 * size] = np.exp(theta[size + 1]) * turned
        gradient[self.covariates_from :] = self.cases.covariates.T @ residual
        return gradient


@dataclass(frozen=True, eq=False)
class Marginal:
    """Marginal log likelihood at one `theta`.

    Parameters
    ----------
    by_trainee : array of float, shape (trainees,)
        Log likelihood of each trainee's outcomes.
    gradient : array of float, shape (p,)
        Of their sum, by `theta`.
    mode : array of float, shape (trainees, size)
        Most likely standard normals of each trainee.
    v, share : array of float, shapes (trainees, nodes, size) and (trainees, nodes)
        Nodes and their share of the posterior distribution.
    """

    by_trainee: FloatArray
    gradient: FloatArray
    mode: FloatArray
    v: FloatArray
    share: FloatArray

    @property
    def value(self) -> float:
        """Log likelihood of all outcomes."""
        return float(self.by_trainee.sum())


@dataclass(frozen=True, eq=False)
class LearningFit:
    """A fitted hierarchy: where the posterior density is highest, and its curvature there.

    Parameters
    ----------
    hierarchy : Hierarchy
        What was fitted.
    theta : array of float, shape (p,)
        Most likely unknowns, priors included.
    covariance : array of float, shape (p, p)
        Inverse of the curvature of the log posterior density.
    marginal : Marginal
        Likelihood there.
    log_evidence : float
        Logarithm of the likelihood averaged over the priors, by Laplace's approximation.
    """

    hierarchy: Hierarchy
    theta: FloatArray
    covariance: FloatArray
    marginal: Marginal
    log_evidence: float

    @property
    def aic(self) -> float:
        """Akaike's criterion at the estimate."""
        return 2 * self.theta.size - 2 * self.marginal.value


def fit_hierarchy(shape: Shape, cases: LearningCases) -> LearningFit:
    """Fit a shape to the cases of many trainees.

    Parameters
    ----------
    shape : Shape
        The curve.
    cases : LearningCases
        The outcomes.

    Returns
    -------
    LearningFit
        The fit.
    """
    hierarchy = Hierarchy(shape, cases)
    centre, spread = hierarchy.prior
    warm = {"v": np.zeros((cases.trainees.size, shape.size))}

    def objective(away: FloatArray) -> tuple[float, FloatArray]:
        found = hierarchy.marginal(centre + spread * away, warm["v"])
        warm["v"] = found.mode
        return 0.5 * float(away @ away) - found.value, away - spread * found.gradient

    start = np.zeros(centre.size)
    start[: shape.size] = (shape.start(cases.case, cases.failure) - centre[: shape.size]) / spread[: shape.size]
    limits = [(-_FARTHEST, _FARTHEST)] * start.size
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=limits, options={"ftol": 1e-9, "gtol": 1e-3})
    away = np.asarray(found.x, dtype=np.float64)
    curvature = np.array([_slope(objective, away, step) for step in _STEP * np.eye(away.size)])
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    values = np.maximum(values, 1.0)  # no flatter than the priors
    covariance = spread[:, None] * ((vectors / values) @ vectors.T) * spread
    marginal = hierarchy.marginal(centre + spread * away, warm["v"])
    evidence = marginal.value - 0.5 * float(away @ away) - 0.5 * float(np.log(values).sum())
    theta = centre + spread * away
    return LearningFit(hierarchy, theta, covariance, marginal, evidence)


def _slope(objective: Callable[[FloatArray], tuple[float, FloatArray]], at: FloatArray, step: FloatArray) -> FloatArray:
    """Change of the gradient along a step, by its length."""
    change = objective(at + step)[1] - objective(at - step)[1]
    return change / (2 * float(np.abs(step).sum()))
