"""What a display draws is chosen by its settings; a wrong one is refused by name."""

import numpy as np
import pytest

from skdl import plots
from skdl.estimators.classifier import MLPClassifier

X = np.random.default_rng(0).normal(size=(20, 2))
Y = (X[:, 0] > 0).astype(int)
WRONG = (-7, 2.5, "nonsense", [], {}, np.nan, np.array([1.0, 2.0, 3.0]), len, 10**400)
SETTINGS = {
    plots.ErrorsDisplay: ("image_shape", "most"),
    plots.HiddenUnitsDisplay: ("image_shape", "n_units", "feature_names"),
    plots.LayerSignsDisplay: ("signs",),
    plots.LossCurvesDisplay: ("along", "of", "scale"),
    plots.LossLandscapeDisplay: ("path", "resolution"),
    plots.RepresentationDisplay: ("layer", "max_rows"),
    plots.SingularModesDisplay: ("layer", "n_modes"),
    plots.WeightsDisplay: ("bins",),
}


@pytest.mark.parametrize(
    ("display", "name"), [(display, name) for display, names in SETTINGS.items() for name in names]
)
def test_every_wrong_value_is_refused_by_name(display, name):
    mlp = MLPClassifier((3,), max_iter=2, n_iter_no_change=None, random_state=0).fit(X, Y)
    for value in WRONG:
        with pytest.raises(ValueError, match=rf"^\w+: {name} must be"):
            display.from_estimator(mlp, X, Y, **{name: value})
