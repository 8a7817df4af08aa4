"""Who takes part in ``tables.py``, each with the preparation that it needs."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable
from typing import Any

from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)

import skdl
from skdl.tables import DateEncoder
from skdl.tables.kinds import Columns, moments, numbers, words

Maker = Callable[[int], Any]
RARE = 0.01


def settings_of(text: str) -> dict:
    """Turn "batch_size=64, l2=1e-5" into a dict."""
    call = ast.parse(f"dict({text})", mode="eval").body
    return {k.arg: ast.literal_eval(k.value) for k in call.keywords}


def reader(function) -> FunctionTransformer:
    """Return the step that reads cells as one kind."""
    return FunctionTransformer(function)


def columns(regression: bool) -> ColumnTransformer:
    """Return what a network, a forest or a linear model gets."""
    filled = [SimpleImputer(strategy="median", add_indicator=True), StandardScaler()]
    few = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=RARE, sparse_output=False
    )
    many = TargetEncoder(target_type="continuous" if regression else "auto")
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(reader(numbers), *filled), Columns("number")),
            ("dates", make_pipeline(reader(moments), DateEncoder(), *filled), Columns("date")),
            ("few", make_pipeline(reader(words), few), Columns("few")),
            ("many", make_pipeline(reader(words), many, StandardScaler()), Columns("many")),
        ],
        sparse_threshold=0,
    )


def as_they_are(regression: bool) -> ColumnTransformer:
    """Return what HGB gets: gaps as gaps, few categories as codes, which stand first."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
    )
    many = TargetEncoder(target_type="continuous" if regression else "auto")
    return ColumnTransformer(
        [
            ("few", make_pipeline(reader(words), codes), Columns("few")),
            ("numbers", reader(numbers), Columns("number")),
            ("dates", make_pipeline(reader(moments), DateEncoder()), Columns("date")),
            ("many", make_pipeline(reader(words), many), Columns("many")),
        ],
        sparse_threshold=0,
    )


class Boosting(BaseEstimator):
    """Gradient boosting that knows which columns are categories."""

    def __init__(self, regression: bool, seed: int):
        self.regression = regression
        self.seed = seed

    def fit(self, X, y):
        """Prepare the columns, fit."""
        kind = HistGradientBoostingRegressor if self.regression else HistGradientBoostingClassifier
        self.columns_ = as_they_are(self.regression)
        X = self.columns_.fit_transform(X, y)
        few = self.columns_.named_transformers_["few"]
        n_few = getattr(few, "n_features_in_", 0) if not isinstance(few, str) else 0
        self.model_ = kind(categorical_features=list(range(n_few)), random_state=self.seed)
        self.model_.fit(X, y)
        self.classes_ = getattr(self.model_, "classes_", None)
        return self

    def predict(self, X):
        """Predict."""
        return self.model_.predict(self.columns_.transform(X))

    def predict_proba(self, X):
        """Predict probabilities."""
        return self.model_.predict_proba(self.columns_.transform(X))


class RealMLP(BaseEstimator):
    """RealMLP of pytabkit: numbers with gaps filled and marked, dates as parts, categories."""

    def __init__(self, name: str, seed: int):
        self.name = name
        self.seed = seed

    def _frame(self, X, fit: bool):
        import pandas as pd

        kinds = {k: Columns(k)(X) for k in ("number", "date", "few", "many")}
        if fit:
            steps = [
                ("numbers", reader(numbers), kinds["number"]),
                ("dates", make_pipeline(reader(moments), DateEncoder()), kinds["date"]),
            ]
            fill = SimpleImputer(strategy="median", add_indicator=True)
            self.numbers_ = Pipeline(
                [("read", ColumnTransformer(steps, sparse_threshold=0)), ("fill", fill)]
            )
            self.categories_ = [*X.columns[[*kinds["few"], *kinds["many"]]]]
            self.numbers_.fit(X)
        values = self.numbers_.transform(X)
        frame = pd.DataFrame(values, columns=[f"n{j}" for j in range(values.shape[1])])
        for name in self.categories_:
            text = X[name].astype(object).where(X[name].notna(), "missing").astype(str)
            frame[f"c {name}"] = text.to_numpy()
        return frame

    def fit(self, X, y):
        """Fit on one thread of the processor."""
        import pytabkit
        import torch

        torch.set_num_threads(1)
        frame = self._frame(X, fit=True)
        kind = getattr(pytabkit, self.name)
        self.model_ = kind(device="cpu", random_state=self.seed, n_threads=1, verbosity=0)
        names = [c for c in frame if c.startswith("c ")]
        self.model_.fit(frame, y, cat_col_names=names or None)
        self.classes_ = getattr(self.model_, "classes_", None)
        return self

    def predict(self, X):
        """Predict."""
        return self.model_.predict(self._frame(X, fit=False))

    def predict_proba(self, X):
        """Predict probabilities."""
        return self.model_.predict_proba(self._frame(X, fit=False))


class PerRow(BaseEstimator):
    """A network whose squared penalty is a number divided by the rows."""

    def __init__(self, network: Any, l2: float):
        self.network = network
        self.l2 = l2

    def fit(self, X, y):
        """Fit with the penalty that so many rows give."""
        self.model_ = clone(self.network).set_params(l2=self.l2 / len(X)).fit(X, y)
        self.classes_ = getattr(self.model_, "classes_", None)
        return self

    def predict(self, X):
        """Predict."""
        return self.model_.predict(X)

    def predict_proba(self, X):
        """Predict probabilities."""
        return self.model_.predict_proba(X)


def contenders(task: str, candidates: list[str]) -> dict[str, Maker]:
    """Return the makers of everyone, by name; each takes a seed."""
    regression = task == "regression"
    ours = skdl.MLPRegressor if regression else skdl.MLPClassifier
    theirs = MLPRegressor if regression else MLPClassifier
    forest = RandomForestRegressor if regression else RandomForestClassifier
    word = "regressor" if regression else "classifier"

    def plain(network) -> Pipeline:
        return make_pipeline(columns(regression), network)

    def scaled(network) -> Any:
        return TransformedTargetRegressor(network, transformer=StandardScaler())

    def linear(seed: int) -> Any:
        return RidgeCV() if regression else LogisticRegression(max_iter=1000)

    everyone: dict[str, Maker] = {
        "skdl": lambda seed: plain(ours(random_state=seed)),
        "skdl.tabular_pipeline": lambda seed: skdl.tabular_pipeline(word, random_state=seed),
        "scikit-learn": lambda seed: plain(theirs(random_state=seed)),
        "scikit-learn, early stopping": lambda seed: plain(
            scaled(theirs(random_state=seed, early_stopping=True))
            if regression
            else theirs(random_state=seed, early_stopping=True)
        ),
        "HGB": lambda seed: Boosting(regression, seed),
        "random forest": lambda seed: plain(forest(random_state=seed)),
        "linear": lambda seed: plain(linear(seed)),
    }
    if regression:
        everyone["scikit-learn, y scaled"] = lambda seed: plain(scaled(theirs(random_state=seed)))
    if importlib.util.find_spec("pytabkit"):
        kind = "Regressor" if regression else "Classifier"
        for name in ("S", "TD"):
            full = f"RealMLP_TD_{'S_' if name == 'S' else ''}{kind}"
            everyone[f"RealMLP-TD{'-S' if name == 'S' else ''}"] = lambda seed, full=full: RealMLP(
                full, seed
            )
    for text in candidates:
        way, _, settings = text.partition(":")
        everyone[text] = _candidate(way, settings_of(settings), plain, ours, word)
    return everyone


def _candidate(way: str, settings: dict, plain: Callable, ours: type, word: str) -> Maker:
    if way == "plain":
        return lambda seed: plain(ours(random_state=seed, **settings))
    if way == "per row":
        l2 = settings.pop("l2")
        return lambda seed: plain(PerRow(ours(random_state=seed, **settings), l2))
    if way == "tabular":
        return lambda seed: skdl.tabular_pipeline(word, random_state=seed, **settings)
    raise SystemExit(f"a candidate is 'plain: …', 'per row: l2=…' or 'tabular: …', got {way!r}")
