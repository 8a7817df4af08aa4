"""The benchmarks run, check what they promise to check, and count right. No time is asserted."""

from __future__ import annotations

import csv
import importlib
import math
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
SCRIPTS = sorted(path.stem for path in BENCH.glob("[a-z]*.py"))


@pytest.fixture
def bench(monkeypatch):
    """Import a benchmark by name."""
    monkeypatch.syspath_prepend(BENCH)
    for library in ("OPENBLAS", "OMP", "MKL"):  # they set these for a process of their own
        monkeypatch.setenv(f"{library}_NUM_THREADS", "1")
    yield importlib.import_module
    for name in [*SCRIPTS, *(path.stem for path in BENCH.glob("_*.py"))]:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", SCRIPTS)
def test_quick_run_writes_a_table(name, tmp_path):
    output = tmp_path / f"{name}.csv"
    command = [sys.executable, BENCH / f"{name}.py", "--quick", "--output", output]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    with output.open(newline="") as file:
        records = list(csv.DictReader(file))
    who = {record.get("contender", record.get("who")) for record in records}
    assert {"skdl", "scikit-learn"} <= who
    for record in records:
        assert all(value != "nan" for value in record.values())
        assert f"| {record.get('data_set', record.get('workload'))} " in run.stdout
    assert "failed" not in records[0] or {record["failed"] for record in records} == {"0"}


def test_candidates_are_settings_on_top_of_the_defaults(bench):
    defaults = bench("defaults")
    makers = defaults.contenders("regression", ["batch_size=16, hidden_layer_sizes=(8, 4)"])
    assert list(makers)[:2] == ["skdl", "scikit-learn"]
    candidate = list(makers.values())[2](random_state=3).get_params()
    assert (candidate["batch_size"], candidate["hidden_layer_sizes"]) == (16, (8, 4))
    assert candidate["random_state"] == 3


def test_rank_of_wins_ties_losses_and_failures(bench):
    defaults = bench("defaults")
    scores = {"a": [(0.9, 0.8), (0.9, 0.8)], "b": [(0.5, 0.5), (0.7, 0.9)], "c": [(math.nan, 0.1)]}
    same = {"rows": 9, "features": 2, "seconds": 1.0, "warned": 0}
    records = [
        {**same, "data_set": name, "split": split, "contender": who, "score": score,
         "failed": int(math.isnan(score))}
        for name, pairs in scores.items()
        for split, pair in enumerate(pairs)
        for who, score in zip(("skdl", "scikit-learn"), pair, strict=True)
    ]  # fmt: skip
    text = defaults.report(records)
    ranks = [line.split("|")[6].strip() for line in text.splitlines()[2:5]]
    assert ranks == ["1.00", "1.75", "2.00"]
    assert "Mean rank 1.58" in text and "better on 1 of 3 data sets, worse on 2" in text
    assert "skdl: 1 failed" in text and "scikit-learn: 0 failed" in text


@pytest.mark.parametrize("settings", ["learning_rate=1e200", "max_iter=-1"])
def test_a_failed_fit_is_counted_not_raised(bench, settings):
    defaults = bench("defaults")
    make = defaults.contenders("regression", [settings])[settings]
    X, y = [[0.0], [1.0]] * 10, [0.0, 1.0] * 10
    assert defaults.one_fit(make, X, y, split=0, stratify=None)["failed"] == 1


def test_losses_that_differ_are_named(bench):
    epoch = bench("epoch")
    record = {"workload": "S", "dtype": "float64", "threads": 1, "who": "scikit-learn"}
    right = record | {"difference_same_order": 1e-9, "difference": 0.01}
    assert epoch.disagreements([right, right | {"who": "limit"}]) == []
    assert len(epoch.disagreements([right | {"difference_same_order": 1e-3}])) == 1
    assert len(epoch.disagreements([right | {"difference": 0.3}])) == 1
    assert len(epoch.disagreements([right | {"difference": math.nan}])) == 1


def test_everyone_does_the_same_work(bench):
    """Another learning rate or another penalty would show in the losses."""
    epoch, workloads = bench("epoch"), bench("_workloads")
    for workload in workloads.WORKLOADS.values():
        small = workloads.Workload(
            rows=300, features=7, hidden=workload.hidden[1:] + (5,), outputs=workload.outputs,
            batch=30, epochs=2, note="",
        )  # fmt: skip
        X, y = small.data("float64")
        losses = epoch.same_order_losses(small, "float64", X, y)
        assert len(losses) >= 2
        assert max(epoch.differences(losses).values()) < epoch.SAME_ORDER["float64"]
