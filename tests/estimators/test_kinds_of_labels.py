"""Labels of one kind meet labels of another: an answer, or an error that names the owner."""

from itertools import permutations

import numpy as np
import pytest

from skdl.decomposition import bias_variance_decomposition
from skdl.estimators.classifier import MLPClassifier

N = 12
X = np.random.default_rng(0).normal(size=(N, 2))
CODES = np.arange(N) % 2
KINDS = {
    "integers": CODES,
    "floats": CODES + 0.0,
    "objects": CODES.astype(object),
    "booleans": CODES > 0,
    "text": np.array(["no", "yes"])[CODES],
    "text in objects": np.array(["no", "yes"], dtype=object)[CODES],
    "digits": CODES.astype(str),
    "bytes": np.array([b"no", b"yes"])[CODES],
    "spans": CODES.astype("timedelta64[s]"),
    "days": CODES.astype("datetime64[D]"),
    "dicts": np.array([{}, {"a": 1}], dtype=object)[CODES],
    "mixed": np.array([0, "yes"], dtype=object)[CODES],
}


def network():
    return MLPClassifier((2,), max_iter=2, n_iter_no_change=None, random_state=0)


CALLS = {
    "MLPClassifier": {
        "validation": lambda y, other: (
            network().set_params(early_stopping=True).fit(X, y, X_val=X, y_val=other)
        ),
        "further rows": lambda y, other: network().partial_fit(X, y).partial_fit(X, other),
        "announced": lambda y, other: network().partial_fit(X, y, classes=other[:2]),
    },
    "bias_variance_decomposition": {
        "test rows": lambda y, other: bias_variance_decomposition(
            network(), X, y, X_test=X, y_test=other, n_datasets=2, random_state=0
        ),
    },
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("owner", "call"), [(owner, call) for owner, calls in CALLS.items() for call in calls]
)
def test_every_pair_ends_in_an_answer_or_in_a_word_of_ours(owner, call):
    refused = set()
    for first, second in permutations(KINDS, 2):
        try:
            CALLS[owner][call](KINDS[first], KINDS[second])
        except ValueError as error:
            assert str(error).startswith((f"{owner}: ", "MLPClassifier: ")), (first, second, error)
            refused.add((first, second))
    assert ("text", "integers") in refused and ("text", "spans") in refused
    assert not {("integers", "floats"), ("text", "text in objects")} & refused


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_labels_that_a_fit_refuses_a_decomposition_refuses_by_its_own_name(kind):
    y = KINDS[kind]

    def says(owner, call):
        try:
            call()
        except ValueError as error:
            assert str(error).startswith(f"{owner}: y ")
            return "refused"
        return "answer"

    options = {"n_datasets": 2, "random_state": 0}
    assert says("MLPClassifier", lambda: network().fit(X, y)) == says(
        "bias_variance_decomposition",
        lambda: bias_variance_decomposition(network(), X, y, **options),
    )
