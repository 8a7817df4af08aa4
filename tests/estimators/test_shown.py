"""What a notebook shows of a network."""

import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier

X, y = load_iris(return_X_y=True)
MLP = MLPClassifier((4,), max_iter=2, n_iter_no_change=None, random_state=0).fit(X, y)


def test_the_layers_stand_below_the_diagram_once_there_are_any():
    page = MLP._repr_mimebundle_()["text/html"]
    for shown in (page, MLP._repr_html_()):
        assert shown.endswith(MLP.summary()._repr_html_()) and "sk-estimator" in shown
    unfitted = clone(MLP)
    assert "<th>parameters</th>" not in unfitted._repr_html_()
    assert unfitted._repr_mimebundle_()["text/plain"] == repr(unfitted)
    assert "MLPClassifier" in make_pipeline(StandardScaler(), MLP)._repr_html_()


def test_text_is_text():
    with config_context(display="text"):
        assert set(MLP._repr_mimebundle_()) == {"text/plain"}
        assert not hasattr(MLP, "_repr_html_")
    with pytest.raises(AttributeError, match="no_such"):
        MLP.no_such  # noqa: B018
