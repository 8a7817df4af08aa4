"""The network inside an estimator: found by the same way in whatever is wrapped around it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPRegressor
from skdl.tools.inside import find_network, fitted_network, is_network, parts

WRAPPERS = {
    "pipeline": lambda inner: make_pipeline(StandardScaler(), inner),
    "named": lambda inner: Pipeline([("end", inner)]),
    "target": lambda inner: TransformedTargetRegressor(inner),
}


def wrapped(names, model):
    for name in names:
        model = WRAPPERS[name](model)
    return model


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(list(WRAPPERS)), max_size=4), st.booleans())
def test_a_prefix_leads_to_its_part(names, exactly):
    model = MLPRegressor()
    estimator = wrapped(names, model)
    found = parts(estimator, exactly=exactly)
    assert len(found) == len(names) + 1
    assert found[0] == ("", estimator)
    for prefix, part in found[1:]:
        assert estimator.get_params()[prefix.removesuffix("__")] is part
    assert find_network(estimator) == (model, found[-1][0])
    assert is_network(estimator) and not is_network(wrapped(names, Ridge()))


class Own(Pipeline):
    """A pipeline that may do something else at its end."""


def test_only_what_is_known_exactly_is_opened_where_it_matters():
    estimator = Own([("model", Ridge())])
    assert [type(part) for _, part in parts(estimator)] == [Own, Ridge]
    assert [type(part) for _, part in parts(estimator, exactly=True)] == [Own]


@pytest.mark.parametrize("in_search", [True, False])
def test_a_search_is_opened_if_asked_for(in_search):
    X, y = np.arange(12.0)[:, None], np.arange(12.0)
    inner = make_pipeline(StandardScaler(), Ridge())
    search = GridSearchCV(inner, {"ridge__alpha": [0.1, 1.0]}, cv=2).fit(X, y)
    model, seen = fitted_network(search, X, in_search=in_search)
    assert isinstance(model, Ridge if in_search else GridSearchCV)
    assert (seen.std() == pytest.approx(1)) == in_search
