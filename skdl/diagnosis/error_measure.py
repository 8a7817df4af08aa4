"""``ErrorMeasure``: what counts as the error, made of any scorer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import check_scoring

__all__ = ["ErrorMeasure"]


@dataclass(frozen=True)
class ErrorMeasure:
    """How a scorer becomes an error that is 0 when nothing is wrong: error = best score - score.

    Parameters
    ----------
    scorer : callable
        ``scorer(estimator, X, y)``, the greater the better.
    best : {0, 1}
        The score of a perfect model.
    name : str
        What the error is called in a report.
    """

    scorer: Callable[..., float]
    best: int
    name: str

    @classmethod
    def make(cls, estimator: Any, scoring: Any) -> ErrorMeasure:
        """Choose the measure: the error rate, 1 - R², or whatever `scoring` says."""
        if scoring is None:
            if is_classifier(estimator):
                return cls(check_scoring(estimator, scoring="accuracy"), 1, "error rate")
            if is_regressor(estimator):
                return cls(check_scoring(estimator, scoring="r2"), 1, "variance unexplained")
            raise ValueError(
                "diagnose: scoring must be given for an estimator that is neither a classifier nor "
                f"a regressor; got {type(estimator).__name__} and scoring=None"
            )
        scorer = check_scoring(estimator, scoring=scoring)
        # scikit-learn's scorers all have the best value 1, or the negative sign of a loss and 0.
        if isinstance(scoring, str):
            loss = scoring.startswith("neg_")
            return cls(scorer, 0 if loss else 1, scoring[4:] if loss else f"1 - {scoring}")
        loss = "greater_is_better=False" in repr(scorer)
        return cls(scorer, 0 if loss else 1, "loss" if loss else "1 - score")

    @property
    def is_mean_over_rows(self) -> bool:
        """Whether rows have losses whose mean it is: those of a default scoring."""
        return self.name in ("error rate", "variance unexplained")

    def error(self, score: float) -> float:
        """Turn a score into an error."""
        if score > self.best + 1e-9:
            raise ValueError(
                f"diagnose: scoring must have the best value {self.best}, so that {self.best} "
                f"minus the score is an error; got a score of {score:.4g}"
            )
        return self.best - score
