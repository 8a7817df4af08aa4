"""Checkpoints: a fit that is killed goes on from the last one, and ends as if nothing had happened.

All that a fit needs to go on is in a handful of records (:mod:`skdl.core.training`): the network's
θ and statistics, the progress with its random numbers and the state of the optimiser, and where the
last two epochs ended. A checkpoint is these, in plain numbers and arrays, and what tells whether it
belongs to the fit that wants to go on from it: the parameters, and the shape of the data.

The file is a ``.npz`` archive: the arrays, and a header in JSON. Reading one runs no code.
"""

from __future__ import annotations

import json
import os
import re
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skdl.core.component import Either, Interval, Nothing, check_parameter
from skdl.core.training.stopping import Seen
from skdl.core.training.watch import End
from skdl.estimators.fitting.history import History
from skdl.estimators.pickled import warn_of_version
from skdl.tools.version import version
from skdl.tools.warning import warn_user

__all__ = ["Checkpoint", "Saved", "Writer", "writers_of"]

Array = np.ndarray
State = dict[str, Any]

FORMAT = "checkpoint of skdl, format 1"
NOT_COMPARED = (
    "callbacks",
    "track",
    "verbose",
    "warm_start",
)  # they change nothing that is learned


@dataclass(frozen=True)
class Checkpoint:
    """Writes all that a fit needs to a file, now and then, so that a killed one can go on.

    Put it among the ``callbacks`` of an estimator. After a crash, the same call of ``fit`` with
    ``resume_from`` ends with the weights that it would have had, bit by bit (on the same machine,
    with the same libraries). The file is written beside its place, and put there when it is whole.

    Parameters
    ----------
    path : str or path
        Where to write. Each checkpoint takes the place of the one before.
    every_epochs : int or None
        Write after each epoch whose number is a multiple of it.
    every_seconds : float or None
        Write after the first epoch that ends so long after the last checkpoint. The clock decides
        when to write, and never what is learned.

    Raises
    ------
    ValueError
        If neither of the two is given, or one is no positive number.

    See Also
    --------
    MLPClassifier : Its ``fit`` takes ``callbacks`` and ``resume_from``.

    Notes
    -----
    The optimiser must be a first-order one: SciPy's solvers do not show what they remember. The
    networks of an ensemble are trained one after the other, since each epoch is told of.
    ``partial_fit`` writes none: between its calls the estimator itself can be pickled.

    Examples
    --------
    >>> import os, tempfile
    >>> import numpy as np
    >>> from skdl import Checkpoint, MLPRegressor
    >>> X = np.linspace(0, 1, 50)[:, None]
    >>> y = np.sin(6 * X[:, 0])
    >>> path = os.path.join(tempfile.mkdtemp(), "sine.npz")
    >>> settings = {"max_iter": 30, "n_iter_no_change": None, "random_state": 0}
    >>> def power_cut(estimator, record):
    ...     if record["epoch"] == 25:
    ...         raise SystemExit
    >>> mlp = MLPRegressor(**settings, callbacks=[Checkpoint(path, every_epochs=10), power_cut])
    >>> try:
    ...     mlp.fit(X, y)
    ... except SystemExit:
    ...     mlp = MLPRegressor(**settings).fit(X, y, resume_from=path)  # from epoch 20
    >>> len(mlp.loss_curve_)
    30
    >>> bool(np.all(mlp.predict(X) == MLPRegressor(**settings).fit(X, y).predict(X)))
    True
    """

    path: str | os.PathLike
    every_epochs: int | None = None
    every_seconds: float | None = None

    def __post_init__(self) -> None:
        epochs = Either(Interval(1, integer=True), Nothing())
        check_parameter(self, "every_epochs", self.every_epochs, epochs)
        seconds = Either(Interval(0, closed="neither"), Nothing())
        check_parameter(self, "every_seconds", self.every_seconds, seconds)
        if self.every_epochs is None and self.every_seconds is None:
            raise ValueError("Checkpoint: every_epochs or every_seconds must be given; got neither")
        if not isinstance(self.path, str | os.PathLike):
            raise ValueError(f"Checkpoint: path must be the path of a file; got {self.path!r}")

    def __call__(self, estimator: Any, record: dict[str, float]) -> bool:
        """Raise a ``TypeError``: only a fit can write it, as an item of ``callbacks``."""
        raise TypeError("Checkpoint: it must be an item of callbacks, and not be called by another")


class Writer:
    """Writes the checkpoints of one fit.

    Parameters
    ----------
    checkpoint : Checkpoint
        Where, and how often.
    jobs : list of Job
        All networks of the fit.
    header : dict
        What tells whether a checkpoint belongs to a fit.
    """

    def __init__(self, checkpoint: Checkpoint, jobs: list[Any], header: State) -> None:
        self.checkpoint = checkpoint
        self.jobs = jobs
        self.header = header
        self.path = Path(checkpoint.path)
        self.written_at = time.monotonic()
        self.has_warned = False

    def end_epoch(self, job: Any, epoch: int, stop: bool) -> None:
        """Write a checkpoint if it is time to.

        Parameters
        ----------
        job : Job
            Whose epoch it was.
        epoch : int
            Its number.
        stop : bool
            Whether a callback ends the training of this network.
        """
        epochs, seconds = self.checkpoint.every_epochs, self.checkpoint.every_seconds
        is_due = epochs is not None and epoch % epochs == 0
        if seconds is not None:
            is_due = is_due or time.monotonic() - self.written_at >= seconds
        if not is_due:
            return
        states = [state_of(one) for one in self.jobs]
        if stop and job.fit.progress.stopped == "max_iter":
            states[self.jobs.index(job)]["stopped"] = "callback"
        try:
            write(self.path, {**self.header, "networks": states})
        except OSError as error:
            if not self.has_warned:
                warn_user(
                    f"Checkpoint: path={str(self.path)!r} could not be written after epoch {epoch} "
                    f"({error}); training goes on, and tries again."
                )
            self.has_warned = True
        self.written_at = time.monotonic()


def writers_of(estimator: Any, jobs: list[Any]) -> list[Writer]:
    """Return who writes the checkpoints that an estimator asks for.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its ``callbacks`` may hold some.
    jobs : list of Job
        All networks of the fit.

    Raises
    ------
    ValueError
        If a folder is not there, or the optimiser cannot go on from a checkpoint.
    """
    checkpoints = [one for one in estimator.callbacks or () if isinstance(one, Checkpoint)]
    if not checkpoints:
        return []
    if jobs[0].fit.training.optimizer.order != 1:
        raise ValueError(
            f"{type(estimator).__name__}: callbacks must hold no Checkpoint with "
            f"optimizer={estimator.optimizer!r}, whose solver does not show what it remembers"
        )
    for checkpoint in checkpoints:
        path = Path(checkpoint.path)
        if path.is_dir() or not path.parent.is_dir():
            raise ValueError(
                f"Checkpoint: path must be a file in a folder that is there; got {str(path)!r}"
            )
    header = header_of(estimator, jobs)
    return [Writer(checkpoint, jobs, header) for checkpoint in checkpoints]


# --------------------------------------------------------------------------------------
# What a checkpoint says.


def header_of(estimator: Any, jobs: list[Any]) -> State:
    """Return what must be the same in the fit that goes on: the parameters and the data."""
    parameters = estimator.get_params(deep=False).items()
    fit = jobs[0].fit
    held_out = fit.watch.validate is not None
    return {
        "format": FORMAT,
        "version": version(),
        "estimator": type(estimator).__name__,
        "parameters": {n: _words(v) for n, v in parameters if n not in NOT_COMPARED},
        "data": {
            "rows to train on": fit.data.n,
            "features": fit.data.X.shape[1],
            "outputs": fit.data.y.shape[1],
            "type": str(fit.network.dtype),
            "validation": "held out" if held_out else "none",
            "checksum of the targets": zlib.crc32(np.ascontiguousarray(fit.data.y.checked)),
        },
    }


def _words(value: Any) -> str:
    """Return what a parameter is, in words that are the same in another process."""
    if isinstance(value, np.random.RandomState):
        return "a RandomState"
    if callable(value) and hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def state_of(job: Any) -> State:
    """Return all that one network's training needs to go on.

    Parameters
    ----------
    job : Job
        At the end of an epoch, or before the first, or after the last.
    """
    fit, learner = job.fit, job.learner
    progress, watch = fit.progress, fit.watch
    states = progress.optimizer_state
    return {
        "weights": fit.network.snapshot(),
        "seeds": [learner._init_seed, learner._split_seed],
        "total": fit.total,
        "epoch": progress.epoch,
        "stopped": progress.stopped,
        "history": list(progress.history),
        "batch_rng": progress.batch_rng.bit_generator.state,
        "noise_rng": progress.noise_rng.bit_generator.state,
        "order": progress.order,
        "optimizer_state": states
        and [{k: v for k, v in state.items() if k != "scratch"} for state in states],
        "ends": [watch.start, watch.last, watch.sound],
    }


def restore(job: Any, state: State) -> None:
    """Bring a new job to where another one was.

    Parameters
    ----------
    job : Job
        Prepared, with the same parameters and data.
    state : dict
        From :func:`state_of`, read from a file.

    Raises
    ------
    ValueError
        If the arrays have another shape or type.
    """
    fit, learner = job.fit, job.learner
    progress, watch = fit.progress, fit.watch
    ends = [End(n, weights, seen and Seen(*seen)) for n, weights, seen in state["ends"]]
    for weights in [state["weights"], *(end.weights for end in ends)]:
        for array, own in zip(weights, fit.network.snapshot(), strict=True):
            if (array.shape, array.dtype) != (own.shape, own.dtype):
                raise ValueError(f"an array of {array.dtype} {array.shape}, not {own.shape}")
    fit.network.restore(state["weights"])
    learner._init_seed, learner._split_seed = state["seeds"]
    learner.history_ = progress.history = History(state["history"])
    progress.epoch, progress.stopped = state["epoch"], state["stopped"]
    progress.batch_rng.bit_generator.state = state["batch_rng"]
    progress.noise_rng.bit_generator.state = state["noise_rng"]
    progress.order, progress.optimizer_state = state["order"], state["optimizer_state"]
    watch.start, watch.last, watch.sound = ends
    if watch.stopping is not None:
        watch.stopping.seen = watch.last.seen
    fit.total = state["total"]
    fit.n_epochs = fit.total - progress.epoch if progress.stopped == "max_iter" else 0


class Saved:
    """A checkpoint that a fit of an estimator is to go on from.

    Parameters
    ----------
    path : str or path
        The file.
    estimator : MLPClassifier or MLPRegressor
        Who goes on.

    Attributes
    ----------
    init_seed, split_seed : int
        The seeds of the first network: of its weights, and of the rows that are held out.

    Raises
    ------
    FileNotFoundError
        If there is no file.
    ValueError
        If it is no checkpoint, or not whole.
    """

    def __init__(self, path: str | os.PathLike, estimator: Any) -> None:
        self.path = path
        self.estimator = estimator
        try:
            self.content = content = read(path)
            self.expected = {"estimator": content["estimator"]}
            self.expected |= {**content["parameters"], **content["data"]}
            self.init_seed, self.split_seed = content["networks"][0]["seeds"]
        except FileNotFoundError:
            raise FileNotFoundError(f"{self._must_be()} a file; got {path!r}") from None
        except Exception as error:  # a foreign file may fail in any way
            raise ValueError(
                f"{self._must_be()} a checkpoint that was written whole; got {path!r} ({error})"
            ) from error
        if self.content["version"] != version():
            warn_of_version("Checkpoint", self.content["version"])

    def _must_be(self) -> str:
        return f"{type(self.estimator).__name__}: resume_from must be"

    def restore(self, jobs: list[Any]) -> None:
        """Bring the jobs of a new fit to where those of the checkpoint were.

        Raises
        ------
        ValueError
            If estimator, parameters or data are others.
        """
        header = header_of(self.estimator, jobs)
        here = {"estimator": header["estimator"], **header["parameters"], **header["data"]}
        for name in dict.fromkeys([*here, *self.expected]):
            if self.expected.get(name) != here.get(name):
                raise ValueError(
                    f"{self._must_be()} a checkpoint of the same fit; got one with "
                    f"{name}={self.expected.get(name)}, and here it is {here.get(name)}"
                )
        try:
            for job, state in zip(jobs, self.content["networks"], strict=True):
                restore(job, state)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(
                f"{self._must_be()} a checkpoint of the same fit; got {self.path!r} ({error})"
            ) from error


# --------------------------------------------------------------------------------------
# The file.


def packed(value: Any, arrays: dict[str, Array]) -> Any:
    """Return a nested value in terms of JSON; its arrays go into a dict.

    Examples
    --------
    >>> arrays = {}
    >>> packed({"t": 3, "m": np.zeros(2)}, arrays)
    {'t': 3, 'm': {'array': 'a0'}}
    >>> unpacked({"t": 3, "m": {"array": "a0"}}, arrays)
    {'t': 3, 'm': array([0., 0.])}
    """
    if isinstance(value, np.ndarray | np.generic):
        name = f"a{len(arrays)}"
        arrays[name] = np.asarray(value)
        return {"array": name}
    if isinstance(value, dict):
        return {key: packed(part, arrays) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [packed(part, arrays) for part in value]
    return value


def unpacked(value: Any, arrays: Any) -> Any:
    """Return what :func:`packed` was given; tuples have become lists."""
    if isinstance(value, dict):
        if value.keys() == {"array"}:
            return arrays[value["array"]]
        return {key: unpacked(part, arrays) for key, part in value.items()}
    if isinstance(value, list):
        return [unpacked(part, arrays) for part in value]
    return value


def write(path: Path, content: State) -> None:
    """Write a checkpoint whole or not at all.

    Parameters
    ----------
    path : Path
        Where to; what is there stays until all is written.
    content : dict
        Numbers, strings and arrays, nested.

    Raises
    ------
    OSError
        If it cannot be written; what was there is still there.
    """
    arrays: dict[str, Array] = {}
    header = json.dumps(packed(content, arrays)).encode()
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb") as file:
            np.savez(file, header=np.frombuffer(header, np.uint8), **arrays)
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the new name and the old bytes
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(path: str | os.PathLike) -> State:
    """Return the content of a checkpoint.

    Raises
    ------
    OSError, ValueError and others
        If there is no file, or it is not a checkpoint.
    """
    with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
        content = json.loads(archive["header"].tobytes())
        if content["format"] != FORMAT:
            raise ValueError(f"its format is {content['format']!r}, not {FORMAT!r}")
        return unpacked(content, {name: archive[name] for name in archive.files})
