"""Of weights of any size, what looks at a network returns finite numbers, warns, or refuses."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skdl import inspection as of
from skdl.estimators.regressor import MLPRegressor

X = np.random.default_rng(0).normal(size=(12, 2))
Y = X[:, 0] - X[:, 1] ** 2
CALLS = {
    "loss_and_gradient": lambda mlp: of.loss_and_gradient(mlp, X, Y),
    "hessian_vector_product": lambda mlp: of.hessian_vector_product(
        mlp, X, Y, np.ones(mlp._network.n_parameters)
    ),
    "hessian_eigenvalues": lambda mlp: of.hessian_eigenvalues(mlp, X, Y).largest,
    "gradient_noise": lambda mlp: of.gradient_noise(mlp, X, Y, [2], n_batches=2, random_state=0),
    "chord_test": lambda mlp: of.chord_test(mlp, X, Y, n_chords=2, random_state=0).largest,
    "layer_norms": of.layer_norms,
    "hidden_activations": lambda mlp: of.hidden_activations(mlp, X)[0],
    "trace": lambda mlp: [entry.value for entry in of.trace(mlp, X, Y).entries],
}


@pytest.mark.parametrize("name", CALLS)
def test_it_is_finite_or_said_or_refused(name):
    said = []

    @example(0.0, "float64")
    @example(300.0, "float64")
    @settings(max_examples=15, derandomize=True, database=None)
    @given(st.floats(-300, 308), st.sampled_from(["float64", "float32"]))
    def looks(power, dtype):
        mlp = MLPRegressor((3,), max_iter=1, n_iter_no_change=None, dtype=dtype, random_state=0)
        mlp.fit(X, Y)
        with np.errstate(over="ignore"):
            mlp._network.theta[...] = np.float64(10) ** min(power, np.finfo(dtype).maxexp * 0.3)
        with pytest.warns() as caught:
            np.exp(np.float64(800))  # so that there is a warning where nothing else warns
            try:
                found = CALLS[name](mlp)
            except ValueError as error:
                assert str(error).startswith(f"{name}: ")
                said.append("refused")
                return
        texts = [str(w.message) for w in caught][1:]
        parts = found if isinstance(found, (list, tuple)) else [found]
        finite = all(np.isfinite(np.asarray(part, float)).all() for part in parts)
        assert [text for text in texts if not text.startswith(f"{name}: ")] == []
        assert finite or texts
        said.append("finite" if finite else "said")

    looks()
    assert "finite" in said and (name == "chord_test" or {"said", "refused"} & set(said))
