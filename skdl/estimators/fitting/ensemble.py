r"""An ensemble: networks that differ only in their random numbers, their raw outputs averaged.

Let k networks have errors of mean square v, and let c be the mean product of the errors of two of
them. Their average then has the mean squared error

.. math:: \frac{v + (k - 1)\,c}{k} \le v

so what the networks have in common stays (bias, and the variance that comes from the rows), and
what the random numbers of a single fit add is divided by k. For any other loss that is convex in
the raw outputs, such as the cross-entropy, the loss of the average is at most the average loss
(Jensen's inequality). Goodfellow, Bengio and Courville (2016), "Deep Learning", section 7.11.

Each network is an estimator of its own, with ``n_networks=1``. The first is the one that is fitted
without an ensemble. They train side by side where they can (see
:mod:`skdl.estimators.fitting.stacks`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from skdl.estimators.fitting.callbacks import Listeners
from skdl.estimators.fitting.job import Job, become, take_progress
from skdl.estimators.fitting.stacks import alone_because, stacks, train_together
from skdl.tools.progress import progress_bar
from skdl.tools.warning import warn_user

__all__ = ["make_members", "train_members"]


def make_members(mlp: Any, rng: np.random.RandomState, earlier: list[Any]) -> list[Any]:
    """Return an estimator for each network, which knows what ``mlp`` has learned of the data.

    Parameters
    ----------
    mlp : MLPClassifier or MLPRegressor
        Checked and with its seeds set, but without a network.
    rng : RandomState
        Source of the seeds of all networks but the first.
    earlier : list of estimators
        The networks of an earlier fit that goes on; empty for a new fit.

    Raises
    ------
    ValueError
        If a fit is to go on with another number of networks.
    """
    if earlier and len(earlier) != mlp.n_networks:
        raise ValueError(
            f"{type(mlp).__name__}: n_networks must be {len(earlier)}, as it was before, while a "
            f"fit goes on; got {mlp.n_networks!r}"
        )
    members = []
    for i in range(mlp.n_networks):
        member = _twin(mlp)
        member.n_networks = 1
        if earlier:
            member._network = earlier[i]._network
            take_progress(member, earlier[i])
        elif i > 0:
            member._set_seeds(rng)
        members.append(member)
    return members


def train_members(mlp: Any, jobs: list[Job], earlier: list[Any]) -> None:
    """Train the networks; after Ctrl-C, or where a callback says so, new ones may be missing.

    scikit-learn's callbacks are told after each network: one that scores sees the ensemble grow.

    Parameters
    ----------
    mlp : MLPClassifier or MLPRegressor
        Becomes the ensemble in the end.
    jobs : list of Job
        One for each network.
    earlier : list of estimators
        The networks of an earlier fit that goes on; each stays until its job is done.
    """
    whole, done, is_interrupted = _twin(mlp), [], False
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        no_bar = progress_bar(len(jobs), verbose=0)  # each network has one of its own
        listeners = Listeners(mlp, whole, len(jobs), jobs[0].rows(), no_bar, task="network")
        try:
            for job in _train(jobs):
                done.append(job)
                _assemble(whole, [job.learner for job in done])
                if listeners.end_task():
                    break
        except KeyboardInterrupt:
            if not done:
                raise
            is_interrupted = True
        finally:
            listeners.close()
    rest = [old for job, old in zip(jobs, earlier, strict=bool(earlier)) if job not in done]
    _assemble(whole, [*(job.learner for job in done), *rest])
    seen_outside = ("oof_", "temperature_")
    for name in [name for name in vars(whole) if name.startswith(seen_outside)]:
        del vars(whole)[name]  # of an earlier fit
    if jobs[0].look_back is not None and len(done) == len(jobs):
        vars(whole).update(jobs[0].look_back(whole))
    become(mlp, whole)
    if is_interrupted:
        warn_user(
            f"{type(mlp).__name__}: interrupted after {len(done)} of {len(jobs)} networks; those "
            "learned so far are kept."
        )
    # What several networks warn of in the same words is said once.
    for category, text in dict.fromkeys((w.category, str(w.message)) for w in caught):
        warn_user(text, category)


def _twin(mlp: Any) -> Any:
    """Return another estimator with the same attributes."""
    twin = object.__new__(type(mlp))
    vars(twin).update(vars(mlp))
    return twin


def _assemble(whole: Any, members: list[Any]) -> None:
    """Make an ensemble of the networks so far: what describes one of them describes the first."""
    n_networks = whole.n_networks
    vars(whole).update(vars(members[0]), n_networks=n_networks, _members=list(members))


def _train(jobs: list[Job]) -> Iterator[Job]:
    """Train side by side what can be, until Ctrl-C; yield the jobs that are done."""
    alone = [[job] for job in jobs if alone_because(job)]
    together = stacks(job for job in jobs if not alone_because(job))
    for stack in [*alone, *together]:
        if len(stack) == 1:
            stack[0].run()
        else:
            train_together(stack)
            for job in stack:
                job.conclude()
        yield from stack
        if stack[0].fit.progress.stopped == "interrupted":
            return
