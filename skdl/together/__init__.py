"""Many fits at once: of our networks, those that are alike train side by side.

A search, a diagnosis, a decomposition each make a list of *tasks*: an estimator and the rows it is
to learn from (:mod:`~skdl.together.tasks`). What comes out is what fits one by one would give, to
rounding, several times as fast. This is how, in the order in which it happens:

1. **Spread.** Tasks are cut into pieces for the workers of whatever joblib backend is active:
   processes, threads, a cluster (:mod:`~skdl.together.workers`). With one worker there is one
   piece, and it stays in this process.
2. **Prepare.** A worker calls ``fit`` of each estimator, but a network of ours, alone, at the end
   of a pipeline or under a target transformer, only gets ready in it: its rows are checked, its
   weights drawn (:mod:`~skdl.together.worker`). What a pipeline does before its network is done
   once for each set of rows (:mod:`~skdl.together.preprocessing`). Anything else is fitted at once.
3. **Hold.** Prepared networks wait for each other, until there are no more or memory is full.
4. **Stack.** Those that differ only in numbers, such as rates and penalties, are trained as one
   network with a third axis (:mod:`skdl.core.training.side_by_side`); then a function of the
   caller's makes of each fitted estimator what is wanted, so that only numbers travel.
5. **Replay.** A search shows the results to scikit-learn, which asks for fits and scores and gets
   those that were recorded (:mod:`~skdl.together.replay`): ``cv_results_`` is scikit-learn's own.

>>> import numpy as np
>>> from skdl import MLPRegressor
>>> X = np.linspace(-1, 1, 50)[:, None]
>>> networks = [MLPRegressor((8,), l2=l2, max_iter=5, n_iter_no_change=None) for l2 in (0, 0.1, 1)]
>>> tasks = [Task(network, fold=0, rows=np.arange(40)) for network in networks]
>>> scores = fit_together(
...     tasks, X, X[:, 0] ** 2, then=lambda task, fitted: fitted.estimator.score(X, X[:, 0] ** 2)
... )
>>> len(scores)
3
"""

from skdl.together.fits import fit_as_completed, fit_together
from skdl.together.tasks import Fitted, Task

__all__ = ["Fitted", "Task", "fit_as_completed", "fit_together"]
