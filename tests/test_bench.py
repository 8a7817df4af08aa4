"""The benchmarks run, check what they promise to check, and count right. No time is asserted."""

from __future__ import annotations

import csv
import importlib
import math
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from skdl import MLPClassifier
from skdl.core.component import Interval, families

BENCH = Path(__file__).parents[1] / "bench"
SCRIPTS = sorted(path.stem for path in BENCH.glob("[a-z]*.py"))
OURS_ALONE = {"step"}
NO_CONTEST = {
    "advice",
    "cluster",
    "digests",
    "fuzz",
    "large",
    "last_batch",
    "coverage",
    "tables",  # it has a test of its own below
    "tracking",
    "walk",
    "verdict",
}  # they look at our code alone


@pytest.fixture
def bench(monkeypatch):
    """Import a benchmark by name."""
    monkeypatch.syspath_prepend(BENCH)
    for library in ("OPENBLAS", "OMP", "MKL"):  # they set these for a process of their own
        monkeypatch.setenv(f"{library}_NUM_THREADS", "1")
    yield importlib.import_module
    for name in [*SCRIPTS, *(path.stem for path in BENCH.glob("_*.py"))]:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in NO_CONTEST])
def test_quick_run_writes_a_table(name, tmp_path):
    output = tmp_path / f"{name}.csv"
    command = [sys.executable, BENCH / f"{name}.py", "--quick", "--output", output]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    with output.open(newline="") as file:
        records = list(csv.DictReader(file))
    who = {record.get("contender", record.get("who")) for record in records}
    assert {"skdl"} | (set() if name in OURS_ALONE else {"scikit-learn"}) <= who
    for record in records:
        assert all(value != "nan" for value in record.values())
        assert f"| {record.get('data_set', record.get('workload'))} " in run.stdout
    assert "failed" not in records[0] or {record["failed"] for record in records} == {"0"}


def test_what_tracking_costs_is_measured(bench, tmp_path, capsys):
    bench("tracking").main(["--quick", "--output", str(tmp_path / "tracking.csv")])
    with (tmp_path / "tracking.csv").open(newline="") as file:
        (record,) = csv.DictReader(file)
    assert float(record["time_clean"]) > 0 < float(record["time_steps"])
    assert float(record["minimised"]) > float(record["clean"]) > 0
    assert "| 200 " in capsys.readouterr().out


def test_a_last_batch_is_measured_under_every_rule(bench, tmp_path, capsys):
    last_batch = bench("last_batch")
    last_batch.main(["--quick", "--output", str(tmp_path / "last_batch.csv")])
    with (tmp_path / "last_batch.csv").open(newline="") as file:
        records = list(csv.DictReader(file))
    rules = {(r["workload"], r["rule"]) for r in records}
    assert {rule for workload, rule in rules if workload == "batch_size=64"} == {
        *last_batch.LAST_BATCH
    }
    assert {rule for workload, rule in rules if workload == "batch_size=1"} == {*last_batch.ALONE}
    by_rule = {r["rule"]: float(r["score"]) for r in records if r["rows"] == "260"}
    assert by_rule["joins below 8"] == by_rule["joins below 32"] != by_rule["stays"]
    assert "| batch_size=64 " in capsys.readouterr().out


def test_fuzzed_calls_are_counted_by_what_came(tmp_path):
    output = tmp_path / "fuzz.csv"
    command = [sys.executable, BENCH / "fuzz.py", "--calls", "60", "--output", output]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    with output.open(newline="") as file:
        records = list(csv.DictReader(file))
    total = {name: int(count) for name, count in records[-1].items() if name != "call"}
    assert records[-1]["call"] == "all" and sum(total.values()) == 60
    assert sum(total[name] for name in ("answer", "warning", "error")) == 60


def test_advice_is_held_against_fresh_rows(bench, tmp_path, capsys):
    advice = bench("advice")
    advice.main(["--quick", "--output", str(tmp_path / "advice.csv")])
    assert "| no fault is named | tried" in capsys.readouterr().out
    changes = (-0.03, -0.0005, 0.01, 0.0)  # better, neither, worse, neither
    records = [{"before": 0.2, "after": 0.2 + change} for change in changes]
    assert advice.judged(records, "after") == ["4", "25", "25", "-0.5"]


def test_fuzzed_calls_go_on_where_the_table_ends(bench, tmp_path):
    fuzz = bench("fuzz")
    whole, parts = tmp_path / "whole.csv", tmp_path / "parts.csv"
    kinds = ["--kinds", "function,fit"]
    fuzz.main(["--calls", "24", *kinds, "--output", str(whole)])
    for calls in ("7", "24"):
        fuzz.main(["--calls", calls, *kinds, "--resume", "--output", str(parts)])
    assert parts.read_text() == whole.read_text()
    with pytest.raises(ValueError, match="counts other kinds of calls"):
        fuzz.main(["--calls", "24", "--kinds", "fit", "--resume", "--output", str(parts)])


def test_verdicts_are_held_against_the_truth(bench, tmp_path, capsys):
    verdict, problems = bench("verdict"), bench("_problems")
    verdict.main(["--quick", "--output", str(tmp_path / "verdict.csv")])
    with (tmp_path / "verdict.csv").open(newline="") as file:
        records = list(csv.DictReader(file))
    assert {record["rule"] for record in records} == {"shown", "gaps", "gaps, estimate"}
    assert "| shown " in capsys.readouterr().out
    names = [problem.name for problem in problems.PROBLEMS]
    assert len(set(names)) == len(names) >= 40

    truth = problems.Truth(noise=0.3, bias=0.004, variance=0.05)
    right = verdict.judge(("open", "high"), truth)
    assert right["useful"] and not right["false"] and not right["silent"]
    false = verdict.judge(("high", "low"), truth)
    assert false["false_beyond_a_point"] and false["noise_called_bias"] and not false["useful"]
    assert verdict.judge(("low", "open"), truth)["silent"]
    near = verdict.judge(("high", "open"), problems.Truth(0.3, 0.015, 0.0))
    assert near["false"] and not near["false_beyond_a_point"] and not near["useful"]


def test_the_truth_of_a_problem_is_that_of_its_formula(bench):
    """Least squares on rows of its own model: no bias, and a variance of p/(n - p - 1) noise."""
    problems = bench("_problems")
    problem = next(p for p in problems.PROBLEMS if p.name.startswith("linear, 5: linear"))
    truth = problems.truth_of(problem)
    n = problems.SHARE * problem.n_rows
    total = 1 + 0.5**2  # of the mean, whose weights have length 1, and of the noise
    assert truth.noise == pytest.approx(0.25 / total, rel=0.05)
    assert truth.bias == pytest.approx(0, abs=0.001)
    assert truth.variance == pytest.approx(0.25 / total * 6 / (n - 7), rel=0.25)

    best = np.array([[0.9, 0.1], [0.2, 0.8]])
    split = problems.zero_one_truth(np.array([[0, 0], [0, 0], [0, 1]]), best)
    assert split.noise == pytest.approx(0.15)
    assert split.bias == pytest.approx(0.3)  # the vote is wrong on the second row
    assert split.variance == pytest.approx(-0.1)  # and one fit in three is right there


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
        {
            **same,
            "data_set": name,
            "split": split,
            "contender": who,
            "score": score,
            "failed": int(math.isnan(score)),
        }
        for name, pairs in scores.items()
        for split, pair in enumerate(pairs)
        for who, score in zip(("skdl", "scikit-learn"), pair, strict=True)
    ]
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


def test_the_time_to_a_score_counts_a_split_that_never_gets_there(bench):
    defaults = bench("defaults")
    same = {"data_set": "a", "seconds": 2.0, "score": 0.5, "contender": "scikit-learn"}
    times = [0.5, 0.1, math.inf]
    records = [
        {**same, "split": split, "skdl_seconds_to_its_score": seconds}
        for split, seconds in enumerate(times)
    ]
    header, rows = defaults.speed(records)
    assert header == ["data set", "scikit-learn", "reached in splits", "time to it / its fit"]
    assert rows == [["a", "0.500", "2 of 3", "0.25"], ["median", "", "", "0.25"]]
    never = [record | {"skdl_seconds_to_its_score": math.inf} for record in records]
    assert defaults.speed(never)[1][0][-1] == "∞"


def test_a_fit_is_watched_until_five_epochs_have_the_score(bench):
    defaults = bench("defaults")
    make = defaults.contenders("regression", [])["skdl"]
    X = np.linspace(-1, 1, 80)[:, None]
    curve = defaults.watched(make, X, X[:, 0], split=0, stratify=None, goal=-100.0)
    assert len(curve) == defaults.IN_A_ROW + 1 and curve[-1][1] > -100
    assert [score for _, score in curve[:-1]] == [-math.inf] * defaults.IN_A_ROW
    assert [seconds for seconds, _ in curve] == sorted(seconds for seconds, _ in curve)


def test_losses_that_differ_are_named(bench):
    epoch = bench("epoch")
    record = {"workload": "S", "dtype": "float64", "threads": 1, "who": "scikit-learn"}
    right = record | {"difference_same_order": 1e-9, "difference": 0.01}
    assert epoch.disagreements([right, right | {"who": "limit"}]) == []
    assert len(epoch.disagreements([right | {"difference_same_order": 1e-3}])) == 1
    assert len(epoch.disagreements([right | {"difference": 0.3}])) == 1
    assert len(epoch.disagreements([right | {"difference": math.nan}])) == 1


def test_pytorch_counts_at_its_better_number_of_threads(bench):
    epoch = bench("epoch")
    seconds = {"skdl": [1.0], "PyTorch, 1": [2.0, 9.0, 2.0], "PyTorch, 2": [3.0, 3.0, 3.0]}
    losses = {"skdl": 0.5, "PyTorch, 1": 0.4, "PyTorch, 2": 0.3}
    assert epoch.at_its_best(seconds, losses) == {"PyTorch": 1}
    assert seconds["PyTorch"] == [2.0, 9.0, 2.0] and losses["PyTorch"] == 0.4
    assert set(seconds) == set(losses) == {"skdl", "PyTorch"}
    assert epoch.at_its_best({"skdl": [1.0]}, {"skdl": 0.5}) == {}
    seconds |= {"PyTorch's products, 1": [3.0], "PyTorch's products, 2": [2.0]}
    assert epoch.at_its_best(seconds, losses) == {"PyTorch's products": 2}
    assert seconds["PyTorch's products"] == [2.0] and seconds["PyTorch"] == [2.0, 9.0, 2.0]


def test_the_products_of_pytorch_are_those_of_the_limit(bench):
    pytest.importorskip("torch")
    workloads = bench("_workloads")
    workload = workloads.WORKLOADS["R"]
    results = []
    for cls in (workloads.MatrixProducts, workloads.PyTorchProducts):
        one = cls(workload, "float64", 1)
        one.forward(one.a, one.d)
        one.backward(one.a, one.d)
        results.append([np.asarray(array) for array in (*one.d, *one.dW)])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_ratios_and_goals_point_the_right_way(bench):
    epoch, goals = bench("epoch"), bench("_goals")
    seconds = {"skdl": [2.0], "scikit-learn": [6.0], "limit": [1.0], "skdl[fast]": [1.6]}
    seconds["PyTorch's products"] = [0.5]
    ratios = {who: float(epoch.ratios(who, seconds)[0]) for who in seconds}
    assert ratios.pop("PyTorch's products") == 2  # theirs are twice as fast as the limit
    assert ratios == {"skdl": 1, "scikit-learn": 3, "limit": 2, "skdl[fast]": 1.25}
    assert goals.judged("scikit-learn", 3.0, 3) == "3.00 (≥ 3: met)"
    assert goals.judged("limit", 2.01, 2, 1.7) == "2.01 (≤ 2: not met); with Numba 1.70 (met)"
    assert goals.epoch_goal("limit", "float32", "M", 1) == 1.35
    assert goals.epoch_goal("limit", "float32", "M", 2) is None


def test_a_table_reaches_the_csv_and_the_page(bench, tmp_path, monkeypatch, capsys):
    tables = bench("_tables")
    page = tmp_path / "README.md"
    page.write_text("above\n<!-- x_y -->\nold\n<!-- end -->\nbelow <!-- end -->\n")
    monkeypatch.setattr(tables, "README", page)
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    tables.publish(tmp_path / "x.csv", "y", ["a", "b"], [["1, 2", 3]])
    assert (tmp_path / "x_y.csv").read_text() == 'a,b\n"1, 2",3\n'
    text = page.read_text()
    assert "| 1, 2 | 3 |" in text and "old" not in text
    assert text.startswith("above") and text.endswith("below <!-- end -->\n")
    assert "| 1, 2 | 3 |" in capsys.readouterr().out


def test_every_table_of_the_page_is_made_by_a_script(bench):
    results = BENCH / "results"
    marks = re.findall(r"<!-- (\w+) -->", (BENCH / "README.md").read_text("utf-8"))
    scripts = {path: (BENCH / f"{path}.py").read_text("utf-8") for path in SCRIPTS}
    for mark in marks:
        if mark != "end":
            script = max((name for name in scripts if mark.startswith(f"{name}_")), key=len)
            table = mark.removeprefix(f"{script}_")
            assert f'"{table}"' in scripts[script]
            assert (results / f"{mark}.csv").exists()


def test_clocks_count_own_time_and_leave_nothing_behind(bench):
    step, workloads = bench("step"), bench("_workloads")
    before = [workloads.Skdl.fit, workloads.MatrixProducts.fit]
    record = step.profile("S200", "float64", epochs=1, fits=1)
    assert [workloads.Skdl.fit, workloads.MatrixProducts.fit] == before
    assert sum(r["percent"] for r in record) == pytest.approx(100)
    took = {r["part"]: r["microseconds"] for r in record}
    assert all(took[f"{way} pass: products"] > 0 for way in ("forward", "backward"))
    assert took["optimiser, L2 penalty"] > 0

    ticks = iter(range(100))  # a clock that moves by 1 at each look
    clocks = step.Clocks()
    step_time, step.time = step.time, SimpleNamespace(perf_counter=lambda: next(ticks))
    try:
        inner = clocks.wrap(lambda: None, "inner")
        clocks.wrap(lambda: (inner(), inner()), "outer")()
    finally:
        step.time = step_time
    assert clocks.own == {"inner": 2, "outer": 3}  # of 5 in all, from look 0 to look 5


def test_a_search_that_finds_something_else_is_named(bench):
    search = bench("search")
    ours = {
        "workload": "S",
        "dtype": "float32",
        "who": "skdl",
        "best_score": 0.95,
        "deviation_over_folds": 0.01,
        "scores_differ": 0.0,
    }
    theirs = ours | {"who": "scikit-learn", "best_score": 0.945, "scores_differ": 0.1}
    alone = ours | {"who": "one by one"}
    assert search.disagreements([ours, theirs, alone]) == []
    assert len(search.disagreements([ours, theirs | {"best_score": 0.93}])) == 1
    assert len(search.disagreements([ours, alone | {"scores_differ": 0.01}])) == 1
    assert len(search.disagreements([ours, theirs | {"best_score": math.nan}])) == 1


def test_slopes_and_copies_are_read_off_right(bench):
    growth = bench("growth")
    records = []
    for axis in growth.AXES:
        for size in growth.sizes(axis, quick=False):
            # 7 θ, 3 arrays of batch × width, one batch of inputs, 100 bytes a row, in float32
            peak = 4 * (7 * size.n_parameters + size.batch * (3 * size.width + size.d))
            records.append(
                {
                    "workload": growth.AXES[axis][0],
                    "value": getattr(size, axis),
                    "who": "skdl",
                    **vars(size),
                    "n_parameters": size.n_parameters,
                    "peak_bytes": peak + 100 * size.n,
                    "seconds_per_epoch": 3.0 * size.n**2,
                }
            )
    assert growth.slope(records, "n", "skdl", "seconds_per_epoch") == pytest.approx(2)
    assert growth.slope(records, "d", "skdl", "seconds_per_epoch") == pytest.approx(0)
    assert [row[1] for row in growth.claims(records)[1]] == ["7.0", "3.0", "100"]


def test_everyone_does_the_same_work(bench):
    """Another learning rate or another penalty would show in the losses."""
    epoch, workloads = bench("epoch"), bench("_workloads")
    for workload in workloads.WORKLOADS.values():
        small = workloads.Workload(
            rows=300,
            features=7,
            hidden=workload.hidden[1:] + (5,),
            outputs=workload.outputs,
            batch=30,
            epochs=2,
            note="",
        )
        X, y = small.data("float64")
        losses = epoch.same_order_losses(small, "float64", X, y)
        assert len(losses) >= 2
        assert max(epoch.differences(losses).values()) < epoch.SAME_ORDER["float64"]


def test_what_travels_is_weighed_and_the_model_adds_up(bench, tmp_path, capsys):
    cluster = bench("cluster")
    cluster.main(["--quick", "--output", str(tmp_path / "cluster.csv")])
    with (tmp_path / "cluster.csv").open(newline="") as file:
        records = list(csv.DictReader(file))
    travels = {r["work"]: r for r in records if r["measured"] == "bytes"}
    assert list(travels) == ["search", "diagnose", "decomposition", "cross_validate"]
    data = 1797 * 64 * 8
    for name, work in travels.items():  # the data are sent once a stage, not with each fit
        times = 4 if name == "diagnose" else 2  # it learns from the residuals, too
        assert data < float(work["shared_bytes"]) < times * data
        assert float(work["bytes_a_fit"]) < 5000 and float(work["own_seconds_a_fit"]) > 0
    for table in ("bytes", "costs", "scaling"):
        assert (tmp_path / f"cluster_{table}.csv").exists()
    assert "| search " in capsys.readouterr().out

    search = {"shared_bytes": 1.25e8, "bytes_a_fit": 0, "bytes_back_a_fit": 0}
    search["own_seconds_a_fit"] = 0.001
    parts = {
        (workers, once): cluster.model(workers, search, {1: 2.0, 16: 1.0}, 0.01, shares_once=once)
        for workers in (1, 8, 1000)
        for once in (True, False)
    }
    assert parts[1, True] == {
        "this process": 10,
        "scheduler": 0.01,
        "network": 0,
        "fits": 10_000,
        "refit": 2,
    }
    assert parts[8, True]["scheduler"] == pytest.approx(0.32)
    assert (parts[8, True]["network"], parts[8, False]["network"]) == (4, 32)  # 1 s a copy
    assert parts[8, True]["fits"] == 4 * 313 and parts[1000, True]["fits"] == 20  # stacks of 10


# -- what looks at the code, and not at its speed ------------------------------------------------


def test_a_changed_fit_is_found_by_its_digest(bench, capsys):
    digests = bench("digests")
    X, y = digests.rows(classifier=True)
    same_way = {"max_iter": 2, "n_iter_no_change": None, "random_state": 0}
    fits = [MLPClassifier((3,), l2=l2, **same_way).fit(X, y) for l2 in (0.0, 0.0, 0.1)]
    one, same, other = ({"fit": digests.digest(mlp, X)} for mlp in fits)
    assert digests.compare(one, same) == 0
    assert digests.compare(one, other) == 1
    assert "fit: losses differ by" in capsys.readouterr().out
    assert digests.compare(one, {}) == 1  # one that is gone is a difference, too


def test_digests_cover_every_member_of_every_family(bench):
    digests = bench("digests")
    names = {name for name, _ in digests.cases()}
    known = families()
    for parameter, family in digests.FAMILIES.items():
        for member in known[family].registry:
            assert f"MLPClassifier {parameter}={member}" in names


def test_a_walk_counts_calls_files_and_hops(bench):
    walk = bench("walk")
    assert walk.walked(lambda: None).calls.total() == 0
    found = walk.walked(lambda: Interval(0, 1).allows(0.5))
    assert (found.calls.total(), len(found.files), found.checks) == (1, 1, 1)
    assert found.into_another_file.total() == 0
    mlp = MLPClassifier((2,), max_iter=1, n_iter_no_change=None, random_state=0)
    X, y = [[0.0], [1.0]] * 4, [0, 1] * 4
    found = walk.walked(lambda: mlp.fit(X, y))
    assert found.calls.total() > found.into_another_file.total() > len(found.files) > 10


def test_real_tables_are_contested(bench, tmp_path, capsys):
    output = tmp_path / "tables.csv"
    arguments = ["--quick", "--only", "skdl", "--only", "linear", "--output", str(output)]
    bench("tables").main(arguments)
    with output.open(newline="") as file:
        records = list(csv.DictReader(file))
    assert [r["contender"] for r in records] == ["skdl", "linear"] * 2
    assert {r["failed"] for r in records} == {"0"}
    first = capsys.readouterr().out
    bench("tables").main([*arguments, "--candidate", "plain: l2=0.1"])
    again = capsys.readouterr().out
    assert "| linear " in first and "| plain: l2=0.1 " in again
    with output.open(newline="") as file:  # what was there is kept, not measured anew
        assert list(csv.DictReader(file))[: len(records)] == records


def test_what_the_tables_say_of_a_loss(bench):
    tables = bench("tables")
    loss = np.array([[1.0, 3.0, 2.0], [1.0, 1.0, np.nan]])
    np.testing.assert_array_equal(tables.normalised(loss), [[1, 0, 0.5], [1, 1, 1]])
    np.testing.assert_array_equal(tables.ranks(loss), [[1, 3, 2], [1.5, 1.5, 3]])
    sure = np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.3, 0.7]])
    error = tables.calibration_error(sure, np.array(["a", "b", "b", "b"]), np.array(["a", "b"]))
    # Of the two at 0.9 half are right, of the two at 0.7 all.
    assert error == pytest.approx((2 * 0.4 + 2 * 0.3) / 4)


def test_coverage_is_counted(bench, tmp_path, capsys):
    bench("coverage").main(["--quick", "--output", str(tmp_path / "coverage.csv")])
    with (tmp_path / "coverage.csv").open(newline="") as file:
        shares = {float(r["promised"]): float(r["covered"]) for r in csv.DictReader(file)}
    assert list(shares) == [0.5, 0.8, 0.9, 0.95]
    assert all(abs(share - level) < 0.15 for level, share in shares.items())
    assert "| 90%" in capsys.readouterr().out


def test_large_runs_the_command_line_and_keeps_the_rows_of_another_name(bench, tmp_path, capfd):
    large = bench("large")
    output = tmp_path / "large.csv"
    for name in ("before", "now", "now"):
        large.main(["--quick", "--name", name, "--output", str(output)])
    with output.open(newline="") as file:
        records = list(csv.DictReader(file))
    assert [(record["what"], record["rows"]) for record in records] == [
        ("before", "200"),
        ("now", "200"),
    ]
    assert all(float(record["peak MB"]) > 50 for record in records)
    assert "| before | 200 " in capfd.readouterr().out
