"""What travels to the workers of a cluster, what a task costs there, and how far that scales.

    python bench/cluster.py [--quick] [--output PATH]

Three things are measured on this machine:

- **Bytes.** A joblib backend that does everything in this process weighs what a real one would
  send: what all tasks share (Dask sends it to a worker once, Ray with every piece), what each task
  has of its own, and what comes back. For a search, ``diagnose``, the decomposition, and
  scikit-learn's ``cross_validate``.
- **Seconds** of a fit, by how many networks share its stack; of this process, for each fit (making
  tasks, scikit-learn's books); and of a piece on its way, which is the time of pieces with nothing
  to do, on Dask with two worker processes, and on Ray if it is installed.
- The scores of the search on these workers, which must be those of this process.

From these a cost model follows for a search of 10 000 fits on up to 1 000 workers::

    time = fits · own time                                     this process, one after the other
         + pieces · time of a piece on its way                 scheduler
         + traffic / bandwidth                                 network, see below
         + fits of the largest piece · pieces a worker · time of a fit in a stack of its size
         + one fit, the refit of the best

Dask passes the shared data on from worker to worker, so it takes the time of about log2(workers)
copies; Ray's joblib backend sends it from here with every piece. The bandwidth, 1 Gbit/s, is
assumed: two processes on one machine do not tell.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported; workers inherit it
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import contextlib  # noqa: E402
import logging  # noqa: E402
import math  # noqa: E402
import pickle  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, write_csv  # noqa: E402
from _tables import publish  # noqa: E402
from joblib import parallel_config, register_parallel_backend  # noqa: E402
from joblib.parallel import ParallelBackendBase  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402
from sklearn.model_selection import cross_validate  # noqa: E402
from sklearn.utils.parallel import delayed  # noqa: E402

from skdl import MLPClassifier, bias_variance_decomposition, diagnose  # noqa: E402
from skdl.search import LogUniform, RandomizedSearchCV  # noqa: E402
from skdl.together.workers import LEAST, PIECES, results_of  # noqa: E402

BANDWIDTH = 125e6  # bytes a second, assumed
FITS = 10_000
LONGER = (1, 100)  # the fits that were measured, and fits that take so many times as long
WORKERS = (1, 10, 100, 1000)
STACKS = (1, 2, 4, 8, 16, 32)
SPACE = {"learning_rate": LogUniform(1e-4, 1e-1), "l2": LogUniform(1e-6, 1e-1)}


class Finished:
    """A result that is there already."""

    def __init__(self, value) -> None:
        self.value = value

    def get(self, timeout=None):
        """Return it."""
        return self.value


class Weighing(ParallelBackendBase):
    """A joblib backend of 64 workers that works here, and weighs what would travel."""

    supports_retrieve_callback = False
    shared: dict = {}
    own = results = seconds = 0
    n_calls = 0

    @classmethod
    def reset(cls) -> None:
        """Begin to weigh anew."""
        cls.shared, cls.own, cls.results, cls.seconds, cls.n_calls = {}, 0, 0, 0.0, 0

    def effective_n_jobs(self, n_jobs):
        """Say how many workers there are."""
        return 64

    def configure(self, n_jobs=1, parallel=None, **settings):
        """Take the settings of one ``Parallel``."""
        self.parallel = parallel
        return self.effective_n_jobs(n_jobs)

    def compute_batch_size(self):
        """Send each call by itself."""
        return 1

    def submit(self, func, callback=None):
        """Weigh a call, do it, and weigh the result."""
        cls = type(self)
        start = time.perf_counter()
        for _, args, kwargs in func.items:
            cls.n_calls += 1
            for part in (*args, *kwargs.values()):
                size = len(pickle.dumps(part))
                # Dask's joblib backend sends once what says that it is larger than 1 000 bytes.
                if getattr(part, "nbytes", sys.getsizeof(part)) > 1000 and not isinstance(
                    part, list | dict | str | tuple
                ):
                    # Sent once, as it is then; kept, so that no other gets its number.
                    cls.shared.setdefault(id(part), (size, part))
                else:
                    cls.own += size
        with parallel_config(backend="sequential"):
            result = func()
        cls.results += len(pickle.dumps(result))
        cls.seconds += time.perf_counter() - start
        if callback is not None:
            callback(result)
        return Finished(result)

    apply_async = submit


def network(epochs: int) -> MLPClassifier:
    """Return the network of all measurements."""
    return MLPClassifier(
        (32,), batch_size=32, max_iter=epochs, n_iter_no_change=None, random_state=0
    )


def weigh(X, y, quick: bool) -> list[dict]:
    """Return what travels for each kind of work, and the seconds of this process for each fit."""
    net, n = network(2), 8 if quick else 100
    works = {
        "search": lambda: RandomizedSearchCV(
            net, SPACE, n_iter=n, cv=5, random_state=0, refit=False
        ).fit(X, y),
        "diagnose": lambda: diagnose(net, X, y, random_state=0, baselines=False),
        "decomposition": lambda: bias_variance_decomposition(
            net, X, y, n_datasets=n, random_state=0
        ),
        "cross_validate": lambda: cross_validate(net, X, y, cv=5),
    }
    register_parallel_backend("weighing", Weighing)
    records = []
    for name, work in works.items():
        Weighing.reset()
        start = time.perf_counter()
        with warnings.catch_warnings(), parallel_config(backend="weighing"):
            warnings.simplefilter("ignore")
            done = work()
        fits = {"search": 5 * n, "decomposition": n, "cross_validate": 5}.get(name)
        fits = (
            len(done.fits) if fits is None and hasattr(done, "fits") else fits or Weighing.n_calls
        )
        records.append(
            {
                "work": name,
                "fits": fits,
                "pieces": Weighing.n_calls,
                "shared_bytes": sum(size for size, _ in Weighing.shared.values()),
                "bytes_a_fit": Weighing.own / fits,
                "bytes_back_a_fit": Weighing.results / fits,
                "own_seconds_a_fit": (time.perf_counter() - start - Weighing.seconds) / fits,
            }
        )
    return records


def seconds_of_fits(X, y, quick: bool) -> list[dict]:
    """Return the time of one fit by the networks that share its stack."""
    records, epochs = [], 2 if quick else 30
    for size in STACKS[: 2 if quick else None]:
        best = math.inf
        for _ in range(1 if quick else 3):
            search = RandomizedSearchCV(
                network(epochs),
                SPACE,
                n_iter=size,
                cv=[(np.arange(1400), [0])],
                refit=False,
                random_state=0,
            )
            start = time.perf_counter()
            search.fit(X, y)
            best = min(best, (time.perf_counter() - start) / size)
        records.append({"work": "fit", "stack": size, "seconds": best})
    return records


@contextlib.contextmanager
def dask():
    """Give a Dask cluster of two worker processes on this machine."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
        ) as cluster,
        Client(cluster),
        parallel_config(backend="dask"),
    ):
        yield


@contextlib.contextmanager
def ray():
    """Give Ray with two workers on this machine."""
    import ray as package
    from ray.util.joblib import register_ray

    package.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    register_ray()
    try:
        with parallel_config(backend="ray", n_jobs=2):
            yield
    finally:
        package.shutdown()


def seconds_of_pieces(make_cluster, n: int) -> float:
    """Return the time of a piece with nothing to do, sent out with a few bytes of its own."""

    def send(n):
        start = time.perf_counter()
        found = sorted(results_of([delayed(abs)(-i) for i in range(n)], 2, "all"))
        assert found == list(range(n))
        return time.perf_counter() - start

    with make_cluster():
        send(8)
        times = [(send(5 * n) - send(n)) / (4 * n) for _ in range(3)]
    return max(float(np.median(times)), 1e-6)


def compare(make_cluster, X, y) -> float:
    """Return by how much a score on a cluster differs from that in this process."""

    def scores():
        search = RandomizedSearchCV(network(2), SPACE, n_iter=4, cv=3, random_state=0, refit=False)
        return search.fit(X, y).cv_results_["mean_test_score"]

    here = scores()
    with make_cluster():
        return float(np.abs(scores() - here).max())


def model(
    workers: int, search: dict, fit_seconds: dict, piece_seconds: float, *, shares_once: bool
) -> dict[str, float]:
    """Return the seconds that each part of a search takes on so many workers."""
    fits = FITS
    pieces = 1
    if workers > 1:
        pieces = min(fits, max(workers, min(PIECES * workers, fits // LEAST)))
    largest = math.ceil(fits / pieces)
    per_fit = fit_seconds[max(size for size in fit_seconds if size <= max(largest, 1))]
    copies = (1 + math.log2(workers)) if shares_once else pieces
    traffic = search["shared_bytes"] * copies + fits * (
        search["bytes_a_fit"] + search["bytes_back_a_fit"]
    )
    return {
        "this process": fits * search["own_seconds_a_fit"],
        "scheduler": pieces * piece_seconds,
        "network": traffic / BANDWIDTH if workers > 1 else 0.0,
        "fits": math.ceil(pieces / workers) * largest * per_fit,
        "refit": fit_seconds[1],
    }


def scaling(weights, fit_records, piece_seconds) -> tuple[list[str], list[list]]:
    """Return the table of the model: seconds by part, the speed-up, and the longest other part."""
    rows = []
    for backend, seconds in piece_seconds.items():
        for longer in LONGER:
            fits = {record["stack"]: longer * record["seconds"] for record in fit_records}

            def parts(workers, backend=backend, seconds=seconds, fits=fits):
                once = backend == "Dask"
                return model(workers, weights[0], fits, seconds, shares_once=once)

            for workers in WORKERS:
                seconds_of = parts(workers)
                total = sum(seconds_of.values())
                faster = sum(parts(1).values()) / total
                others = [name for name in seconds_of if name != "fits"]
                row = [backend, f"{fits[1]:.2g}", workers]
                row += [f"{value:.3g}" for value in seconds_of.values()]
                row += [f"{total:.3g}", f"{faster:.3g}", max(others, key=seconds_of.get)]
                rows.append(row)
    header = ["backend", "a fit alone, s", "workers", "this process, s", "scheduler, s"]
    header += ["network, s", "fits, s", "refit, s", "all, s", "times as fast", "longest but fits"]
    return header, rows


def main(arguments: list[str] | None = None) -> None:
    """Measure, write the CSV, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few fits, no cluster")
    parser.add_argument("--output", type=Path, default=RESULTS / "cluster.csv")
    options = parser.parse_args(arguments)
    print(machine("1 for each worker"))
    X, y = load_digits(return_X_y=True)
    weights = weigh(X, y, options.quick)
    fit_records = seconds_of_fits(X, y, options.quick)
    piece_seconds, differences = {"Dask": 0.002}, {}
    if not options.quick:
        clusters = {"Dask": dask}
        with contextlib.suppress(ImportError):
            import ray as _  # noqa: F401

            clusters["Ray"] = ray
        piece_seconds = {name: seconds_of_pieces(make, 200) for name, make in clusters.items()}
        differences = {name: compare(make, X, y) for name, make in clusters.items()}
    records = [{"measured": "bytes", **record} for record in weights]
    records += [{"measured": "seconds of a fit", **record} for record in fit_records]
    records += [
        {"measured": "seconds of a piece", "work": name, "seconds": value}
        for name, value in piece_seconds.items()
    ]
    names = list(dict.fromkeys(name for record in records for name in record))
    write_csv(
        options.output, [{name: record.get(name, "") for name in names} for record in records]
    )
    header = ["work", "fits", "shared, kB", "own of a fit, kB", "back of a fit, kB"]
    publish(
        options.output,
        "bytes",
        header,
        [
            [
                r["work"],
                r["fits"],
                *(
                    f"{r[name] / 1000:.2f}"
                    for name in ("shared_bytes", "bytes_a_fit", "bytes_back_a_fit")
                ),
            ]
            for r in weights
        ],
    )
    costs = [["a fit alone", f"{1000 * fit_records[0]['seconds']:.1f}"]]
    costs += [
        [f"a fit in a stack of {r['stack']}", f"{1000 * r['seconds']:.1f}"] for r in fit_records[1:]
    ]
    costs += [["this process, for each fit", f"{1000 * weights[0]['own_seconds_a_fit']:.2f}"]]
    costs += [[f"a piece on its way, {k}", f"{1000 * v:.2f}"] for k, v in piece_seconds.items()]
    publish(options.output, "costs", ["of", "ms"], costs)
    publish(options.output, "scaling", *scaling(weights, fit_records, piece_seconds))
    if any(value > 1e-9 for value in differences.values()):
        sys.exit(f"scores on a cluster differ: {differences}")


if __name__ == "__main__":
    main()
