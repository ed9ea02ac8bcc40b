"""What a limit owes to its sample, as drawn: bars that count every sample, both limits, the promise in words."""

from __future__ import annotations

import numpy as np
import pytest

from cusum.design.influence import LimitInfluence
from cusum.design.promises import LimitDesign, Promise
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot, plot_limit_influence
from cusum.figures.theme import REFERENCE, SIGNAL


@pytest.fixture(scope="module")
def influence():
    rng = np.random.default_rng(4)
    return LimitInfluence(4.5, rng.normal(4.5, 0.1, 200), rng.uniform(0.01, 0.12, 200), Promise(0.05, 500))


def of(figure, role):
    """The trace of a role."""
    return next((trace for trace in figure.data if trace.meta["role"] == role), None)


def test_every_sample_is_counted_where_its_limit_is(influence):
    bars = of(plot(influence), "samples")
    assert sum(bars.y) == 200
    for middle, count in zip(bars.x, bars.y, strict=True):
        near = np.abs(influence.limits - middle) <= bars.width / 2 + 1e-3
        assert near.sum() >= count
        assert (np.abs(influence.limits - middle) <= bars.width / 2 - 1e-3).sum() <= count


def test_both_limits_are_upright_lines(influence):
    figure = plot_limit_influence(influence, guaranteed=5.36)
    assert list(of(figure, "limit").x) == [4.5, 4.5]
    assert list(of(figure, "guaranteed").x) == [5.36, 5.36]
    assert (of(figure, "limit").line.color, of(figure, "guaranteed").line.color) == (REFERENCE, SIGNAL)
    assert of(figure, "limit").line.dash != of(figure, "guaranteed").line.dash
    assert figure.layout.xaxis.range[1] > 5.36
    assert of(plot(influence), "guaranteed") is None


def test_a_design_says_its_guarantee(influence):
    design = LimitDesign(None, 5.36, 0.018, 0.9, Promise(0.05, 500, guarantee=0.9), True, None)
    assert of(plot(influence, guaranteed=design), "guaranteed").name == "limit 5.36, kept with a probability of 90%"


def test_the_promise_and_what_is_kept_are_in_words(influence):
    (_, _), (least, most) = influence.interval(0.9)
    text = alt_text(plot(influence))
    assert "Promised 5% at most with a false signal within 500 procedures, " in text
    assert f"kept {100 * least:.1f}% to {100 * most:.1f}%; broken by {100 * influence.broken:.0f}%." in text
    mean = LimitInfluence(3.0, np.array([2.8, 3.1, 3.2]), np.array([150.0, 210.0, 260.0]), Promise(in_control_mean=200))
    assert "Promised 200 procedures to a false signal, kept 156 to 255; broken by 33%." in alt_text(plot(mean))


@pytest.mark.parametrize(
    ("language", "title", "axis"),
    [
        ("en", "Limits that other samples would have led to", "Number of samples"),
        ("da", "Grænser, som andre stikprøver ville have ført til", "Antal stikprøver"),
    ],
)
def test_words(influence, words_of, language, title, axis):
    figure = plot(influence, guaranteed=5.0, language=language)
    assert figure.layout.title.text == title
    assert figure.layout.yaxis.title.text == axis
    assert "<" not in alt_text(figure)
    assert "{" not in alt_text(figure)
    if language == "da":
        assert not any(f" {word} " in words_of(figure).lower() for word in ("the", "of", "limit", "kept", "with"))


def test_a_guaranteed_limit_of_nothing_is_refused(influence):
    with pytest.raises(InvalidParameter, match="guaranteed is 0; expected a limit above 0"):
        plot_limit_influence(influence, guaranteed=0)
