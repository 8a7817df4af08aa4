"""The encoders of columns: their equations, written out with loops, and scikit-learn's checks."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from skdl.tables import (
    DateEncoder,
    PeriodicEncoder,
    PiecewiseLinearEncoder,
    SmoothClipScaler,
)

ENCODERS = [
    PiecewiseLinearEncoder(),
    PiecewiseLinearEncoder(1),
    PiecewiseLinearEncoder(4, bins="classifier"),
    PiecewiseLinearEncoder(4, bins="regressor"),
    PeriodicEncoder(random_state=0),
    PeriodicEncoder(3, period=24.0),
    SmoothClipScaler(),
    DateEncoder(),
]
columns = st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=40)


@pytest.mark.parametrize("encoder", ENCODERS, ids=repr)
def test_scikit_learn_accepts_it(encoder):
    check_estimator(encoder, on_skip=None)


def written_out(x, edges):
    """Return Gorishniy's equation (1) for one number."""
    n = len(edges) - 1
    result = []
    for t in range(1, n + 1):
        low, high = edges[t - 1], edges[t]
        if x < low and t > 1:
            result.append(0.0)
        elif x >= high and t < n:
            result.append(1.0)
        else:
            result.append((x - low) / (high - low))
    return result


@settings(deadline=None)
@given(columns, st.integers(1, 9))
def test_bins_are_those_of_the_paper(values, n_bins):
    x = np.array(values)[:, None]
    encoder = PiecewiseLinearEncoder(n_bins).fit(x)
    edges = encoder.edges_[0]
    assert len(edges) <= n_bins + 1
    assert (np.diff(edges) > 0).all()
    outside = np.vstack([x, x.min() - 1, x.max() + 1])
    expected = [written_out(value, edges) for value in outside.ravel()]
    np.testing.assert_allclose(encoder.transform(outside), expected, rtol=1e-9, atol=1e-9)


def test_bins_are_as_full_as_each_other():
    x = np.random.default_rng(0).lognormal(size=(800, 1))
    edges = PiecewiseLinearEncoder(8).fit(x).edges_[0]
    assert np.histogram(x, edges)[0].tolist() == [100] * 8


@pytest.mark.parametrize("kind", ["classifier", "regressor"])
def test_a_tree_puts_an_edge_where_the_target_jumps(kind):
    x = np.linspace(0, 1, 501)[:, None]
    y = np.array(["low", "high"])[(x.ravel() > 0.37).astype(int)]
    y = y if kind == "classifier" else np.where(y == "low", 1.0, 5.0)
    edges = PiecewiseLinearEncoder(2, bins=kind).fit(x, y).edges_[0]
    np.testing.assert_allclose(edges, [0, 0.371, 1], atol=1e-9)


def test_a_tree_takes_several_outputs():
    x = np.linspace(0, 1, 400)[:, None]
    Y = np.hstack([x > 0.25, x > 0.75]).astype(float)
    edges = PiecewiseLinearEncoder(3, bins="regressor").fit(x, Y).edges_[0]
    np.testing.assert_allclose(edges, [0, 0.25, 0.75, 1], atol=3e-3)


def test_a_constant_column_stays_one_column():
    X = np.full((5, 1), 7.0)
    encoder = PiecewiseLinearEncoder().fit(X)
    assert encoder.transform(X).tolist() == [[0.0]] * 5


@pytest.mark.parametrize(
    ("encoder", "complaint"),
    [
        (PiecewiseLinearEncoder(0), "PiecewiseLinearEncoder: n_bins must be"),
        (PiecewiseLinearEncoder(bins="tree"), "bins must be one of 'quantile', 'classifier'"),
        (PeriodicEncoder(period=0), "PeriodicEncoder: period must be"),
        (PeriodicEncoder(0), "n_frequencies must be"),
        (SmoothClipScaler(-1), "SmoothClipScaler: bound must be"),
    ],
)
def test_a_wrong_parameter_is_refused(encoder, complaint):
    with pytest.raises(ValueError, match=complaint):
        encoder.fit([[0.0], [1.0]])


def test_what_was_learned_is_there_only_after_fit():
    for encoder, name in (
        (PiecewiseLinearEncoder(), "edges_"),
        (PeriodicEncoder(), "frequencies_"),
        (SmoothClipScaler(), "scale_"),
    ):
        with pytest.raises(AttributeError, match=name):
            getattr(encoder, name)


@settings(deadline=None)
@given(columns, st.floats(0.5, 100))
def test_a_period_later_all_is_the_same(values, period):
    x = np.array(values)[:, None] % period
    encoder = PeriodicEncoder(3, period=period).fit(x)
    np.testing.assert_allclose(encoder.transform(x), encoder.transform(x + period), atol=1e-9)
    first = encoder.transform(x)[0]
    expected = [f(2 * np.pi * k * x[0, 0] / period) for k in (1, 2, 3) for f in (np.sin, np.cos)]
    np.testing.assert_allclose(first, expected, atol=1e-9)


def test_frequencies_are_drawn_in_waves_for_each_standard_deviation():
    x = 50 * np.random.default_rng(0).normal(size=(100, 1))
    drawn = PeriodicEncoder(20_000, scale=0.5, random_state=0).fit(x).frequencies_[0]
    np.testing.assert_allclose(drawn.std() * x.std(), 0.5, rtol=0.02)


@settings(deadline=None)
@given(columns)
def test_a_smooth_clip_keeps_the_order_and_the_bound(values):
    x = np.array(values)[:, None]
    scaler = SmoothClipScaler(3).fit(x)
    z = scaler.transform(x).ravel()
    assert (np.abs(z) <= 3).all()
    assert (np.diff(z[np.argsort(values)]) >= -1e-15).all()  # rounding, at the bound
    plain = (x.ravel() - np.median(x)) / scaler.scale_[0]
    np.testing.assert_allclose(z, plain / np.sqrt(1 + (plain / 3) ** 2), atol=1e-9)


def test_half_the_range_stands_in_for_equal_quartiles():
    x = np.array([0.0] * 8 + [4.0])[:, None]
    assert SmoothClipScaler().fit(x).scale_.tolist() == [2.0]
    assert SmoothClipScaler().fit(x[:3]).scale_.tolist() == [1.0]


ZONES = [None, "Europe/Berlin", "US/Pacific"]


@settings(deadline=None)
@given(st.lists(st.datetimes(), min_size=2, max_size=20), st.sampled_from(ZONES))
def test_the_parts_of_a_date_are_those_of_pandas(dates, zone):
    dates = [date.replace(microsecond=0) for date in dates]
    when = pd.Series(np.array(dates, dtype="datetime64[s]"))  # the years of pandas 2 are few
    if zone is not None and when.dt.year.between(1900, 2200).all():
        when = when.dt.tz_localize("UTC").dt.tz_convert(zone)
    encoder = DateEncoder().fit(pd.DataFrame({"when": when}))
    parts = encoder.transform(pd.DataFrame({"when": when}))
    names = encoder.get_feature_names_out().tolist()
    clock = when.dt.hour + when.dt.minute / 60 + when.dt.second / 3600
    plain = when.dt.tz_localize(None)
    expected = {
        "when days": (plain.astype(np.int64) - plain.astype(np.int64).min()) / 86400,
        "when month": plain.dt.month,
        "when day": plain.dt.day,
        "when weekday": plain.dt.day_of_week + 1,
        "when hour": clock,
    }
    kept = {n: part for n, part in expected.items() if n == "when days" or part.nunique() > 1}
    assert names == list(kept)
    np.testing.assert_allclose(parts, np.column_stack(list(kept.values())), rtol=1e-9, atol=1e-3)


def test_a_missing_date_has_missing_parts():
    X = np.array([["2020-01-01"], ["NaT"], ["2021-02-02"]], "datetime64[D]")
    parts = DateEncoder().fit_transform(X)
    assert np.isnan(parts[1]).all()
    assert np.isfinite(parts[[0, 2]]).all()


def test_what_lies_outside_of_the_calendar_is_refused():
    with pytest.raises(ValueError, match="DateEncoder: X must hold dates, or seconds since 1970"):
        DateEncoder().fit([[0.0], [1e15]])


@pytest.mark.parametrize("encoder", ENCODERS, ids=repr)
def test_each_new_column_has_a_name(encoder):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 2)), columns=["a", "b"])
    encoded = encoder.fit_transform(X, rng.integers(2, size=60))
    names = encoder.get_feature_names_out()
    assert len(set(names)) == len(names) == encoded.shape[1]
    assert {name.split()[0] for name in names} == {"a", "b"}


ODD = {
    "text": ["a", "b", "c"],
    "categories": pd.Categorical(["a", "b", "a"]),
    "nothing": [None] * 3,
    "lists": [[1], [2], [3]],
    "dicts": [{}, {}, {}],
    "complex numbers": [1j, 2.0, 3.0],
    "too large": [10**400, 1, 2],
}


@pytest.mark.parametrize("encoder", ENCODERS, ids=repr)
@pytest.mark.parametrize("kind", [*ODD, "one name twice"])
def test_what_is_no_number_is_refused_by_name(encoder, kind):
    numbers = pd.Series([1.0, 2.0, 3.0])
    if kind == "one name twice":
        X = pd.concat([numbers, numbers], axis=1)
        X.columns = ["x", "x"]
    else:
        dtype = "category" if kind == "categories" else object
        X = pd.DataFrame({"x": pd.Series(ODD[kind], dtype=dtype)})
    owner = type(encoder).__name__
    if isinstance(encoder, DateEncoder) and kind == "nothing":
        return  # dates that are all missing
    try:
        clone(encoder).fit(X, [0, 1, 0])
    except (ValueError, TypeError) as error:
        assert re.match(f"{owner}: |Input X contains|Complex data", str(error))
    else:
        assert kind == "one name twice"  # which scikit-learn 1.6 takes


@given(st.floats(-300, 307), st.floats(-300, 307))
def test_numbers_of_any_size_are_encoded_or_said(power, other):
    x = np.array([0.0, 1.0, -1.0, 2.0])[:, None] * 10.0**power
    new = np.array([[10.0**other], [-(10.0**other)]])
    for encoder in ENCODERS[:2] + ENCODERS[4:-1]:  # trees compute in float32
        encoder = clone(encoder).fit(x, [0, 1, 0, 1])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            encoded = encoder.transform(new)
        assert all(str(w.message).startswith(type(encoder).__name__) for w in caught)
        assert np.isfinite(encoded).all() or caught
        if isinstance(encoder, SmoothClipScaler) and not caught:
            assert (np.abs(encoded) <= encoder.bound).all()
