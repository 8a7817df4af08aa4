r"""
Which search finds good settings?
=================================

The same network is tuned by five searches: grid, random, successive halving, coordinates and, if it
is installed, Optuna. Each has about sixteen candidates, cross-validated on the same 400 digits; the
other digits test what each has found. One run of each tells little of which is better: they are
here to show how each is called.

A grid of :math:`m` values for each of :math:`d` parameters takes :math:`m^d` fits, and tries only
:math:`m` values of each; as many random draws try :math:`m^d` different values of each (Bergstra
and Bengio, 2012). Changing one parameter at a time takes about :math:`m\,d` fits a round.
"""

# sphinx_gallery_thumbnail_path = 'images/validation_curve.png'

import warnings

from sklearn.datasets import load_digits
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier
from skdl.search import (
    CoordinateSearchCV,
    GridSearchCV,
    RandomizedSearchCV,
    optuna_space,
    search_space,
)

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, train_size=400, stratify=y, random_state=0)
net = MLPClassifier(
    hidden_layer_sizes=(32,), batch_size=32, max_iter=8, n_iter_no_change=None, random_state=0
)
model = make_pipeline(StandardScaler(), net)
space = search_space(model, optimizers=["adam"])

searches = {
    "grid": GridSearchCV(model, space.grid(4, "learning_rate", "l2"), cv=2),
    "random": RandomizedSearchCV(model, space, n_iter=16, cv=2, random_state=0),
    # Many candidates for few epochs, the best ones for more.
    "halving": HalvingRandomSearchCV(
        model,
        space,
        n_candidates=16,
        resource="mlpclassifier__max_iter",
        min_resources=2,
        max_resources=16,
        cv=2,
        random_state=0,
    ),
    "coordinates": CoordinateSearchCV(
        model,
        {
            "mlpclassifier__learning_rate": [1e-4, 1e-3, 1e-2, 1e-1],
            "mlpclassifier__l2": [1e-7, 1e-5, 1e-3, 1e-1],
            "mlpclassifier__dropout": [0.0, 0.25, 0.5],
        },
        n_rounds=2,
        cv=2,
    ),
}

try:
    import optuna
    from optuna_integration import OptunaSearchCV
except ImportError:
    print("Optuna is left out: pip install optuna optuna-integration")
else:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    warnings.filterwarnings("ignore", ".*optuna.terminator")  # used by OptunaSearchCV itself
    searches["optuna"] = OptunaSearchCV(
        model, optuna_space(model, optimizer="adam"), n_trials=16, cv=2, random_state=0
    )

print("search       candidates  cross-validated  test   learning rate")
for name, search in searches.items():
    search.fit(X, y)
    tried = len(search.trials_) if name == "optuna" else len(search.cv_results_["params"])
    rate = search.best_params_["mlpclassifier__learning_rate"]
    print(
        f"{name:12} {tried:10d}  {search.best_score_:15.3f}  {search.score(X_test, y_test):.3f}  "
        f"{rate:.5f}"
    )

# %%
# Exercise
# --------
# The rate of the best candidate differs from search to search. How would you find out which search
# is the best one?
#
# .. answer::
#
#    Repeat all of them over many draws of the training rows, with as many fits for each, and
#    compare the errors on test rows pairwise. The cross-validated score of the best candidate is no
#    fair judge: it is the best of many, so too good (lesson 11 of bias and variance measures it).
#
# Now read ``skdl/search/coordinate.py``: a whole search in a loop over parameters.
