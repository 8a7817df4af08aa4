"""Tasks spread over the workers of any joblib backend: processes, threads, a Dask or Ray cluster.

Tasks are cut into pieces, a few for each worker. A piece has the estimators; what all pieces need,
the data above all, is one object, which Dask sends to a worker once. A piece whose worker was lost
is sent again. Which worker did what, and in which order, changes no result.
"""

from __future__ import annotations

import pickle
import secrets
import threading
import traceback
import warnings
from collections.abc import Generator, Hashable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from typing import Any

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from skdl.estimators.base import BaseMLP
from skdl.estimators.fitting.stacks import parameters_key
from skdl.together.preprocessing import size_of
from skdl.together.tasks import Task
from skdl.together.worker import Then, fit_tasks
from skdl.tools.inside import parts
from skdl.tools.progress import Share, Shares, SilentBar, nobody

__all__ = ["Broadcast", "cut", "fit_in_workers", "results_of"]

PIECES = 4  # for each worker: one that is done early takes another
LEAST = 16  # tasks in a piece; with fewer, stacks get thin
TIMES = 3  # that a piece is sent, if it is lost with its worker

# Errors of code that cannot travel: to send it again would not help.
NO_LOSS = (pickle.PickleError, TypeError, AttributeError, ImportError)


def cut(tasks: list[Task], n_workers: int) -> list[list[int]]:
    """Cut tasks into pieces of about the same size, each with few folds and few kinds.

    Parameters
    ----------
    tasks : list of Task
        What is to be done.
    n_workers : int
        How many share it.

    Returns
    -------
    pieces : list of list of int
        The numbers of the tasks of each piece.

    Examples
    --------
    >>> from skdl import MLPClassifier
    >>> tasks = [Task(MLPClassifier(), fold, rows=None) for fold in (0, 1, 0, 1)]
    >>> cut(tasks, 2)
    [[0, 2], [1, 3]]
    """
    folds: dict[Hashable, int] = {}
    kinds: dict[Hashable, int] = {}
    places = []
    for i, task in enumerate(tasks):
        _, network = parts(task.estimator, exactly=True)[-1]
        key = parameters_key(network) if isinstance(network, BaseMLP) else None
        place = folds.setdefault(task.fold, len(folds)), kinds.setdefault(key, len(kinds)), i
        places.append(place)
    order = [i for *_, i in sorted(places)]
    n_pieces = 1
    if n_workers > 1:
        n_pieces = min(len(order), max(n_workers, min(PIECES * n_workers, len(order) // LEAST)))
    return [part.tolist() for part in np.array_split(order, max(n_pieces, 1)) if len(part)]


class Broadcast:
    """What all workers need: the data, what is made of each fit, and the tasks, less estimators.

    Parameters
    ----------
    tasks : list of Task
        What is to be done.
    X, y : array-like
        All rows.
    then : callable
        Makes the results.

    See Also
    --------
    skdl.together.fit_together : The same without workers to be told.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> tasks = [Task(Ridge(), fold=0, rows=np.arange(3)) for _ in range(2)]
    >>> broadcast = Broadcast(tasks, np.eye(4), np.arange(4), then=print)
    >>> broadcast.task(1, tasks[1].estimator).rows
    array([0, 1, 2])
    """

    def __init__(self, tasks: list[Task], X: Any, y: Any, then: Then) -> None:
        self.X, self.y, self.then = X, y, then
        self.parts = [(task.fold, task.rows, task.params, task.label) for task in tasks]

    def task(self, number: int, estimator: Any) -> Task:
        """Put a task together again."""
        return Task(estimator, *self.parts[number])

    def __sizeof__(self) -> int:
        # Dask asks for it: what is large is sent to a worker once, not with each piece.
        return 10_000 + sum(map(size_of, (self.X, self.y)))


@dataclass
class Done:
    """What came of a piece: the results, or the error that ends everything.

    What a backend hands back in place of one, when it lost a worker, is not taken for a result.
    """

    piece: int
    results: list[tuple[int, Any]]
    error: Exception | None = None


def _fit_piece(number: int, piece: list[tuple], broadcast: Broadcast, share: Share) -> Done:
    """Do one piece, in its worker."""
    tasks = []
    for i, estimator, audience in piece:
        task = broadcast.task(i, estimator)
        task.audience = audience
        tasks.append((i, task))
    try:
        done = fit_tasks(tasks, broadcast.X, broadcast.y, broadcast.then, share)
        return Done(number, list(done))
    except Exception as error:
        error.add_note(traceback.format_exc())  # its way to another process loses where it was
        return Done(number, [], error.with_traceback(None))


def fit_in_workers(
    tasks: list[Task],
    X: Any,
    y: Any,
    then: Then,
    share: Share,
    *,
    n_workers: int,
    n_jobs: int | None,
    pre_dispatch: Any,
) -> Iterator[tuple[int, Any]]:
    """Fit tasks in the workers of the joblib backend that is active.

    Parameters
    ----------
    tasks, X, y, then, share
        As of :func:`skdl.together.worker.fit_tasks`.
    n_workers : int
        How many workers there are.
    n_jobs, pre_dispatch
        As of joblib.

    Yields
    ------
    number : int
        Of a task.
    result : object
        What ``then`` returned.

    Warns
    -----
    UserWarning
        If a worker was lost, and its tasks are sent again.

    See Also
    --------
    skdl.together.fit_together : Chooses between this and the process itself.
    """
    broadcast = Broadcast(tasks, X, y, then)
    pieces = {
        number: [(i, tasks[i].estimator, tasks[i].audience) for i in piece]
        for number, piece in enumerate(cut(tasks, n_workers))
    }
    with _heard(share) as sender:

        def calls() -> Iterator[Any]:
            for number, piece in list(pieces.items()):
                yield delayed(_fit_piece)(number, piece, broadcast, sender)

        for n_sent in range(1, TIMES + 1):
            loss = None
            results = results_of(calls(), n_jobs, pre_dispatch)
            while pieces:
                try:
                    done = next(results, None)
                except NO_LOSS:
                    raise
                except Exception as error:
                    loss = error
                    break
                if done is None:
                    break
                if not isinstance(done, Done):
                    loss = done if isinstance(done, Exception) else RuntimeError(repr(done))
                    continue
                if done.error is not None:
                    with warnings.catch_warnings():  # joblib's, that it calls off what is left
                        warnings.simplefilter("ignore")
                        results.close()
                    raise done.error
                del pieces[done.piece]
                yield from done.results
            if not pieces:
                return
            if n_sent == TIMES:
                raise RuntimeError(
                    f"{len(pieces)} pieces of the work were lost with their workers, {TIMES} times"
                ) from loss
            warnings.warn(
                f"a worker was lost ({loss!r}); {len(pieces)} pieces of the work are sent again",
                stacklevel=2,
            )


def results_of(
    calls: Iterable[Any],
    n_jobs: int | None,
    pre_dispatch: Any = "2*n_jobs",
    *,
    ordered: bool = False,
) -> Generator[Any, None, None]:
    """Carry out joblib's delayed calls with any backend; yield results as they come.

    Not every backend can hand over a result before all are there (``multiprocessing`` and Ray
    cannot): there they come together at the end.

    Parameters
    ----------
    calls : iterable
        Calls of functions that were made ``delayed``.
    n_jobs : int or None
        The number of workers.
    pre_dispatch : int or str
        How many calls are sent out at a time.
    ordered : bool
        Whether results wait for those of earlier calls; else each must tell itself whose it is.

    Yields
    ------
    result : object
        Of a call.

    Examples
    --------
    >>> list(results_of([delayed(abs)(-1), delayed(abs)(2)], n_jobs=1, ordered=True))
    [1, 2]
    """
    yield from _parallel(n_jobs, pre_dispatch, ordered)(calls)


def _parallel(n_jobs: int | None, pre_dispatch: Any, ordered: bool) -> Parallel:
    """Return a ``Parallel`` that hands over results as early as the backend can."""
    settings: dict[str, Any] = {"n_jobs": n_jobs, "pre_dispatch": pre_dispatch}
    for return_as in ("generator",) if ordered else ("generator_unordered", "generator"):
        with suppress(ValueError):  # not of this backend, or not of this version of joblib
            return Parallel(**settings, return_as=return_as)
    return Parallel(**settings)


# -- how much is done, told by workers that are processes of this machine -----------------


@contextmanager
def _heard(share: Share) -> Iterator[Share]:
    """Listen to workers; yield what they tell how much of a task is done."""
    if share is nobody or (isinstance(share, Shares) and isinstance(share.bar, SilentBar)):
        yield nobody
        return
    key = secrets.token_bytes(16)
    with Listener(authkey=key, backlog=128) as listener:
        threading.Thread(target=_accept, args=(listener, share), daemon=True).start()
        yield _Teller(listener.address, key)


def _accept(listener: Listener, share: Share) -> None:
    """Take every worker that calls, until the listener is closed."""
    while True:
        try:
            connection = listener.accept()
        except AuthenticationError:
            continue
        except (OSError, EOFError):
            return
        threading.Thread(target=_listen, args=(connection, share), daemon=True).start()


def _listen(connection: Any, share: Share) -> None:
    """Pass on what one worker tells."""
    with suppress(EOFError, OSError), connection:
        while True:
            share(*connection.recv())


class _Teller:
    """Tells how much of a task is done, to whoever listens; from another machine, to nobody."""

    def __init__(self, address: Any, key: bytes) -> None:
        self.address, self.key = address, key
        self.connection: Any = None
        self.told: dict[int, float] = {}

    def __reduce__(self) -> tuple:
        return _Teller, (self.address, self.key)

    def __call__(self, number: int, part: float) -> None:
        if part < 1 and part - self.told.get(number, 0.0) < 0.01:
            return  # a bar does not show it
        self.told[number] = part
        with suppress(OSError, AuthenticationError):
            if self.connection is None:
                self.connection = Client(self.address, authkey=self.key)
            self.connection.send((number, part))
