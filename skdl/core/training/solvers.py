r"""Second-order solvers: they use the curvature, and the gradient of all rows at once.

The minimisers are SciPy's; the gradient and the curvature are the network's. ``newton_cg`` needs
only products :math:`Hv`, exact by the R-operator (Pearlmutter, 1994) where every part of the
network defines it, else by central differences of the gradient
(:meth:`skdl.core.objective.Objective.hessian_vector` says which is which); ``newton`` builds the
whole Hessian from such products, one for each parameter.

One iteration counts as one epoch. ``tol`` bounds the gradient's largest component. There is no
learning rate, no batch and no noise.
"""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from skdl.core.component import Interval
from skdl.core.layers import Pass
from skdl.core.objective import Objective
from skdl.core.optimizers import Optimizer
from skdl.core.training.fit import Data, Fit

__all__ = ["BFGS", "CG", "LBFGS", "Newton", "NewtonCG", "SecondOrder"]

Array = np.ndarray

DAMPING = 1e-8  # of the mean curvature; the minimum stays where it is


class SecondOrder(Optimizer):
    """A full-batch minimiser.

    Attributes
    ----------
    method : str
        Its name in ``scipy.optimize.minimize``.
    gradient_tolerance : str
        The name of its tolerance there.
    handles_l1 : bool
        Whether it can take an L1 penalty.
    max_parameters : float
        Networks with more are refused.
    """

    order = 2
    full_batch = True
    method: ClassVar[str]
    gradient_tolerance: ClassVar[str] = "gtol"
    handles_l1: ClassVar[bool] = False
    max_parameters: float = np.inf

    def _options(self) -> dict[str, Any]:
        """Return options of the method beside its tolerance."""
        return {}

    def _curvature(self, problem: _Problem) -> dict[str, Any]:
        """Return what tells SciPy about the second derivatives."""
        return {}

    @final
    def minimize(self, fit: Fit) -> None:
        """Minimise the objective; hand the record of every iteration to the watch of the fit.

        Parameters
        ----------
        fit : Fit
            What to minimise, starting from its network's θ; ``progress.stopped`` becomes
            "converged" if the solver says so.

        Raises
        ------
        ValueError
            If the network has more than ``max_parameters`` parameters.
        """
        from scipy.optimize import minimize

        progress, watch = fit.progress, fit.watch
        n = fit.network.n_parameters
        if n > self.max_parameters:
            raise ValueError(
                f"{type(self).__name__}: the network must have at most max_parameters="
                f"{self.max_parameters} parameters; got {n}. Use optimizer='newton_cg' or 'lbfgs'."
            )
        kind = _SplitProblem if fit.objective.corner_terms else _SmoothProblem
        problem = kind(fit.objective, fit.data.whole())
        x = problem.start()

        def callback(intermediate_result):
            nonlocal x
            x = intermediate_result.x.copy()
            progress.epoch += 1
            if watch.note(problem.record(x, progress.epoch)):
                raise StopIteration

        options = {"maxiter": fit.n_epochs, self.gradient_tolerance: fit.training.tol}
        try:
            result = minimize(
                problem.value_and_gradient,
                x,
                jac=True,
                method=self.method,
                bounds=problem.bounds(),
                callback=callback,
                options={**options, **self._options()},
                **self._curvature(problem),
            )
        except ValueError as reason:
            if "infs or NaNs" not in str(reason):
                raise
            raise ValueError(
                f"{type(self).__name__}: the curvature must be finite, and it overflows in "
                f"{fit.network.dtype}: standardise X and y, or take a first-order optimizer"
            ) from reason
        if progress.stopped == "max_iter":
            if not progress.history:  # it started at a minimum
                watch.note(problem.record(x, 1))
            problem.evaluate_at(x)
            if result.nit < fit.n_epochs:
                progress.stopped = "converged"


class _Problem:
    """The objective as SciPy wants it: functions of one float64 vector x, in which θ is told."""

    def __init__(self, objective: Objective, data: Data) -> None:
        self.objective = objective
        self.network = objective.network
        self.batch = (data.X, data.y[:], data.weight)
        self.work = self.network.workspace(data.n)
        self.run = Pass(training=True, weight=data.weight, all_rows=True)

    def start(self) -> Array:
        """Return where the search starts."""
        raise NotImplementedError

    def bounds(self) -> Any:
        """Return bounds of the variables."""
        raise NotImplementedError

    def move(self, x: Array) -> None:
        """Set the parameters of the network."""
        raise NotImplementedError

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        """Return J and its gradient at ``x``."""
        raise NotImplementedError

    def evaluate_at(self, x: Array) -> tuple[float, Array]:
        """Move to ``x``; return J and its gradient with respect to θ."""
        self.move(x)
        _, y, weight = self.batch
        raw = self.objective.loss_gradient(*self.batch, self.work, self.run)
        self.objective.add_penalty_gradient()
        gradient = self.network.gradient.astype(np.float64)
        penalty = self.network.activity_penalty(self.work) + self.objective.penalty()
        return float(self.objective.loss.value(y, raw, weight) + penalty), gradient

    def hessian_vector(self, x: Array, v: Array) -> Array:
        """Return ``Hv`` at ``x``."""
        self.move(x)
        v = v.astype(self.network.dtype)
        hv = self.objective.hessian_vector(v, *self.batch, self.work, self.run)
        return hv.astype(np.float64)

    def hessian(self, x: Array) -> Array:
        """Return H at ``x``, column by column, made symmetric."""
        H = np.stack([self.hessian_vector(x, e) for e in np.eye(x.size)])
        return 0.5 * (H + H.T)

    def record(self, x: Array, epoch: int) -> dict[str, float]:
        """Return the record of an iteration that ended at ``x``."""
        value, gradient = self.evaluate_at(x)
        penalty = float(self.objective.penalty() + self.network.activity_penalty(self.work))
        return {
            "epoch": epoch,
            "loss": value - penalty,
            "penalty": penalty,
            "learning_rate": np.nan,
            "momentum": np.nan,
            "gradient_norm": float(np.linalg.norm(gradient)),
            **self.network.signs(self.work),
        }


class _SmoothProblem(_Problem):
    """An objective without corners: x is θ."""

    def start(self) -> Array:
        """Return θ."""
        return self.network.theta.astype(np.float64)

    def bounds(self) -> None:
        """Return None: there are none."""
        return None

    def move(self, x: Array) -> None:
        """Set θ."""
        self.network.theta[...] = x

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        """Return J and its gradient."""
        return self.evaluate_at(x)


class _SplitProblem(_Problem):
    r"""L1 without a corner: :math:`w = u - v` with :math:`u, v \ge 0`, and :math:`|w| = u + v`.

    At the minimum one of the two is exactly 0, and both are where w is.
    """

    def __init__(self, objective: Objective, data: Data) -> None:
        super().__init__(objective, data)
        self.penalized = objective.penalized
        self.l1 = sum(term.strength for term in objective.corner_terms)

    def start(self) -> Array:
        """Return u, v and the rest."""
        theta = self.network.theta.astype(np.float64)
        w = theta[self.penalized]
        return np.concatenate((np.maximum(w, 0), np.maximum(-w, 0), theta[self.penalized.stop :]))

    def bounds(self) -> Any:
        """Return u, v ≥ 0."""
        n, rest = self.penalized.stop, self.network.n_parameters - self.penalized.stop
        return [(0, None)] * (2 * n) + [(None, None)] * rest

    def move(self, x: Array) -> None:
        """Set ``w = u − v``."""
        n = self.penalized.stop
        self.network.theta[...] = np.concatenate((x[:n] - x[n : 2 * n], x[2 * n :]))

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        """Return J with ``λ₁ Σ (u + v)``, and its gradient."""
        value, g = self.evaluate_at(x)
        n, l1 = self.penalized.stop, self.l1
        w = x[:n] - x[n : 2 * n]
        value += float(l1 * (x[: 2 * n].sum() - np.abs(w).sum()))
        return value, np.concatenate((g[:n] + l1, -g[:n] + l1, g[n:]))


class LBFGS(SecondOrder, name="lbfgs"):
    """Limited-memory BFGS: a few past gradients stand in for the Hessian.

    With an L1 penalty it works on the positive and negative parts of the weights under bounds, so
    weights become exactly zero.

    Parameters
    ----------
    history_size : int, default=10
        Past steps that are remembered.

    References
    ----------
    Liu and Nocedal (1989); Byrd, Lu, Nocedal and Zhu (1995) for the bounds.

    Examples
    --------
    >>> LBFGS.method
    'L-BFGS-B'
    """

    method = "L-BFGS-B"
    handles_l1 = True
    rules: ClassVar = {"history_size": Interval(1, integer=True)}

    def __init__(self, history_size: int = 10) -> None:
        self.history_size = history_size

    def _options(self):
        return {"maxcor": self.history_size, "ftol": 64 * np.finfo(float).eps, "maxfun": 10**9}


class BFGS(SecondOrder, name="bfgs"):
    """BFGS: an estimate of the whole inverse Hessian, n² numbers for n parameters.

    References
    ----------
    Broyden, Fletcher, Goldfarb and Shanno (1970); Nocedal and Wright (2006), chapter 6.

    Examples
    --------
    >>> BFGS.method
    'BFGS'
    """

    method = "BFGS"


class CG(SecondOrder, name="cg"):
    """Non-linear conjugate gradients: no memory but the last direction.

    References
    ----------
    Polak and Ribière (1969); Nocedal and Wright (2006), chapter 5.

    Examples
    --------
    >>> CG.method
    'CG'
    """

    method = "CG"


class NewtonCG(SecondOrder, name="newton_cg"):
    r"""Newton's method: conjugate gradients solve the linear system, from products :math:`Hv`.

    References
    ----------
    Pearlmutter (1994), "Fast exact multiplication by the Hessian"; Nocedal and Wright (2006),
    section 7.1.

    Examples
    --------
    >>> NewtonCG.method
    'Newton-CG'
    """

    method = "Newton-CG"
    gradient_tolerance = "xtol"

    def _curvature(self, problem):
        return {"hessp": problem.hessian_vector}


class Newton(SecondOrder, name="newton"):
    """Newton's method in a trust region with the whole Hessian: for small networks.

    Parameters
    ----------
    max_parameters : int, default=2000
        Larger networks are refused: the Hessian would have the square of that many entries.

    References
    ----------
    Moré and Sorensen (1983), "Computing a trust region step".

    Examples
    --------
    >>> Newton.method
    'trust-exact'
    """

    method = "trust-exact"
    rules: ClassVar = {"max_parameters": Interval(1, integer=True)}

    def __init__(self, max_parameters: int = 2000) -> None:
        self.max_parameters = max_parameters

    def _curvature(self, problem):
        def damped_hessian(x):
            # All biases of a softmax may move together, so H is singular there; near the minimum
            # SciPy's search for a step would then never end, before its version 1.17.
            H = problem.hessian(x)
            return H + DAMPING * np.trace(H) / len(H) * np.eye(len(H))

        return {"hess": damped_hessian}
