"""python -m skdl: from a file to text and page; one line and status 2 on bad input."""

import importlib.util
import re
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

import skdl
from skdl.command_line.run import build_pipeline, main
from skdl.command_line.table import load_table


@pytest.fixture
def iris(tmp_path):
    frame = load_iris(as_frame=True).frame
    frame["target"] = frame["target"].map({0: "setosa", 1: "versicolor", 2: "virginica"})
    frame.loc[::10, "sepal width (cm)"] = np.nan
    path = tmp_path / "iris.csv"
    frame.to_csv(path, index=False)
    return path


def shell(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-m", "skdl", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_csv_file_from_a_shell(iris, tmp_path):
    done = shell(str(iris), "--target", "target", "--cv", "2", "--details", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "iris.csv: 150 rows, 4 inputs; MLPClassifier" in done.stdout
    assert "The task is classification, since 'target' holds 3 different labels." in done.stdout
    assert "Missing values in sepal width (cm) (15)" in done.stdout
    assert "\nNo fault of your network is shown: it gets " in done.stdout
    assert "\nWhat could be tried\n" in done.stdout
    assert "30 rows were held out for a test at the very end" in done.stdout
    assert "on the same folds" in done.stdout and "boosted trees" in done.stdout
    assert "Remedies tried on fresh folds" in done.stdout
    last = " ".join(done.stdout.split("\n\n")[-2].split())
    assert last.startswith("On the test part, 30 rows that nothing has looked at until now, the ")
    assert done.stdout.count("test part") == 1
    assert "The report with pictures is in skdl-report.html" in done.stdout
    assert done.stderr == ""  # no bar where there is no terminal
    page = (tmp_path / "skdl-report.html").read_text(encoding="utf-8")
    assert page.count("<figure") == 4 and "iris.csv" in page


def test_bad_input_from_a_shell(tmp_path):
    done = shell("nothing.csv", "--target", "y", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "skdl: no such file: nothing.csv\n"


def test_without_a_file_a_mistake_is_found_and_mended(tmp_path, capsys):
    output = tmp_path / "page.html"
    assert main(["--output", str(output)]) == 0
    text = capsys.readouterr().out
    assert len(text.splitlines()) <= 40
    told = " ".join(text.split())
    assert "breast cancer: 569 rows, 30 inputs; MLPClassifier" in told
    assert "Your network underfits: it gets" in told
    assert "Measured on fresh folds: Standardise the inputs" in told
    assert "1. Standardise the inputs. Measured: " in told and "Found: unscaled inputs, " in told
    before, after = re.search(
        r"the network as it is has an error of (\S+) %.*, and with StandardScaler.* one of (\S+) %",
        told,
    ).groups()
    assert float(after) < float(before)
    assert told.endswith(f"The report with pictures is in {output}")


def test_the_gist_or_everything(iris, capsys):
    assert main(arguments_for(iris, "--details")) == 0
    everything = capsys.readouterr().out
    assert main(arguments_for(iris)) == 0
    gist = capsys.readouterr().out
    assert len(gist.splitlines()) <= 40 < len(everything.splitlines())
    assert "nearest neighbours   " in everything and "nearest neighbours   " not in gist


def arguments_for(iris, *more):
    return [str(iris), "--target", "target", "--cv", "2", *more, "--output", str(iris) + ".html"]


def write_overfitted(path):
    """Write a table whose columns are noise but for one: a network learns its rows by heart."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(120, 8)), columns=list("abcdefgh"))
    frame["target"] = (frame["a"] + 0.5 * rng.normal(size=120) > 0).astype(int)
    frame.to_csv(path, index=False)


def test_what_can_be_left_out(tmp_path, capsys):
    write_overfitted(tmp_path / "few.csv")
    left_out = ("--no-try", "--no-baselines", "--test", "0")
    assert main(arguments_for(tmp_path / "few.csv", *left_out)) == 0
    text = capsys.readouterr().out
    assert "No test part was held out, as asked for." in text
    assert "The remedies were not tried; --try measures them, with " in text
    assert "on the same folds" not in text and "tried on fresh folds" not in text
    assert "On the test part" not in text


def test_the_test_rows_take_no_part_until_the_end(iris, capsys, monkeypatch):
    import skdl.diagnosis
    from skdl.diagnosis.result import Diagnosis

    seen = []
    diagnose, try_remedies = skdl.diagnosis.diagnose, Diagnosis.try_remedies

    def watch(function):
        def watched(first, X, y, **settings):
            seen.append(X.index.tolist())
            return function(first, X, y, **settings)

        return watched

    monkeypatch.setattr(skdl.diagnosis, "diagnose", watch(diagnose))
    monkeypatch.setattr(Diagnosis, "try_remedies", watch(try_remedies))
    assert main(arguments_for(iris, "--try", "--no-baselines")) == 0
    assert len(seen) == 2 and seen[0] == seen[1]
    assert len(seen[0]) == 120
    labels = load_table(iris, "target").y
    assert set(np.unique(labels[seen[0]], return_counts=True)[1]) == {40}  # stratified


def test_few_rows_are_not_held_out(tmp_path, capsys):
    frame = pd.DataFrame({"a": np.arange(60) % 7, "y": np.arange(60) % 2})
    frame.to_csv(tmp_path / "d.csv", index=False)
    arguments = [str(tmp_path / "d.csv"), "--target", "y", "--cv", "2", "--no-try"]
    assert main([*arguments, "--output", str(tmp_path / "page.html")]) == 0
    assert "No test part was held out, since it would have fewer than 20" in capsys.readouterr().out


def test_estimated_bayes_error(iris, capsys):
    assert main(arguments_for(iris, "--bayes-error", "estimate", "--no-try")) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "The Bayes error is estimated from the error of one nearest neighbour" in text


def test_regression_end_to_end(tmp_path, capsys):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=120), "b": rng.choice(["x", "y"], 120)})
    frame["price"] = 1e5 + 2e4 * frame["a"] + 1e4 * (frame["b"] == "x")
    frame.to_csv(tmp_path / "d.tsv", sep="\t", index=False)
    output = tmp_path / "page.html"
    arguments = [str(tmp_path / "d.tsv"), "--target", "price", "--cv", "2", "--output", str(output)]
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "d.tsv: 120 rows, 2 inputs; MLPRegressor" in text
    assert "of the variance unexplained on" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.csv", "--target", "y"], "no such file: nothing.csv"),
        ([".", "--target", "y"], ". is a directory, not a file with a table"),
        (["iris.csv"], "--target is needed: the column to predict, one of sepal length (cm), "),
        (["iris.csv", "--target", "Targets"], "no column 'Targets' in iris.csv; did you mean"),
        (
            ["iris.csv", "--target", "target", "--task", "regression"],
            "regression needs numbers in 'target'; got 'setosa'",
        ),
        (
            ["iris.csv", "--target", "target", "--cv", "51"],
            "51 folds need at least 51 rows of each class of 'target'; class setosa has 50 rows",
        ),
        (["iris.csv", "--target", "target", "--cv", "1"], "diagnose: cv must be an int >= 2"),
        (
            ["iris.csv", "--target", "target", "--bayes-error", "2"],
            'diagnose: bayes_error must be in [0, 1), "estimate" or None; got 2.0',
        ),
        (["iris.csv", "--target", "target", "--output", "."], "--output . is a directory"),
        (["iris.csv", "--target", "target", "--output", "no/page.html"], "no such directory"),
        (["empty.csv", "--target", "y"], "empty.csv is empty"),
        (["header.csv", "--target", "b"], "header.csv has a header but no rows"),
        (["one.csv", "--target", "b"], "the target column 'b' holds one value only, 7"),
        (
            ["few.csv", "--target", "b"],
            "5 folds need at least 5 rows of each class of 'b'; class x has 2 rows",
        ),
        (["--target", "y"], "--target y needs a file"),
        (["--task", "regression"], "--task regression needs a file"),
        (["--cv", "many"], "argument --cv: invalid int value: 'many'"),
        (["--bayes-error", "low"], "argument --bayes-error: invalid float value: 'low'"),
        (["--test", "1"], "--test must be in [0, 1); got 1.0"),
        (["--speed=3"], "unrecognized arguments: --speed=3"),
        (["--drop", "a"], "--drop a needs a file"),
        (["--read", "a=number"], "--read a=number needs a file"),
        (["--read", "a=colour"], "HOW must be one of number, decimal-point"),
        (["--set", "l2"], "--set: NAME=VALUE is needed; got 'l2'"),
        (
            ["--set", "l3=1"],
            "--set: MLPClassifier has no parameter 'l3'; did you mean 'l2' or 'l1'",
        ),
        (["--set", "dropout=1.5"], "--set: MLPClassifier: dropout must be in [0, 1)"),
        (["--set", "optimizer=adamm"], "--set: MLPClassifier: optimizer must be"),
        (["--scoring", "acuracy"], "--scoring: no scorer 'acuracy'; did you mean 'accuracy'"),
        (["--scoring", "f1"], "--scoring f1 looks for one class: say --positive benign or"),
        (
            ["iris.csv", "--target", "target", "--scoring", "f1"],
            "--scoring f1 needs a target of two classes; got 3",
        ),
        (["--scoring", "neg_log_loss"], "tolerance"),
        (["--positive", "3"], "--positive needs a --scoring that looks for one class: f1"),
        (["--drop-rare", "--join-rare"], "--drop-rare and --join-rare exclude each other"),
        (["two.csv", "--target", "b", "--scoring", "f1"], "say --positive x or --positive y"),
        (
            ["two.csv", "--target", "b", "--scoring", "f1", "--positive", "z"],
            "--positive z: no such class; there are x, y",
        ),
        (["iris.csv", "--target", "target", "--separator", "ab"], "--separator must be one sign"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_line_and_status_2(iris, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(iris.parent)
    for name, text in (
        ("empty.csv", ""),
        ("header.csv", "a,b\n"),
        ("one.csv", "a,b\n1,7\n2,7\n"),
        ("few.csv", "a,b\n1,x\n2,y\n3,x\n"),
        ("two.csv", "a,b\n" + "1,x\n2,y\n" * 30),
    ):
        iris.with_name(name).write_text(text)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("skdl: ") and error.count("\n") == 1
    assert message in error
    assert not iris.with_name("skdl-report.html").exists()


@pytest.mark.parametrize("missing", ["matplotlib", "jinja2"])
def test_a_missing_package_is_named_before_the_long_run(monkeypatch, capsys, tmp_path, missing):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == missing else found(name)
    )
    assert main(["--output", str(tmp_path / "page.html")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert (
        captured.err
        == f'skdl: the report needs {missing}; install with: pip install "skdl[report]"\n'
    )


def test_interrupt(monkeypatch, capsys, tmp_path):
    import skdl.diagnosis

    def interrupted(*args, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(skdl.diagnosis, "diagnose", interrupted)
    assert main(["--output", str(tmp_path / "page.html")]) == 130
    assert capsys.readouterr().err == "skdl: interrupted; no report was written\n"
    assert list(tmp_path.iterdir()) == []


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"skdl {skdl.__version__}\n"


def test_the_network_is_our_untouched_default(iris):
    pipeline = build_pipeline(load_table(iris, "target"), seed=5)
    assert pipeline.steps[-1][0] == "mlp"
    assert pipeline[-1].get_params() == skdl.MLPClassifier(random_state=5).get_params()


def test_a_reader_that_stops_reading_does_no_harm(iris, tmp_path):
    command = [sys.executable, "-m", "skdl", str(iris), "--target", "target", "--cv", "2"]
    running = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == 0
    assert (tmp_path / "skdl-report.html").exists()


@pytest.fixture
def sold(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=150), "b": rng.normal(size=150)})
    frame["sold"] = np.where(frame["a"] + rng.normal(size=150) > 1, "yes", "no")
    path = tmp_path / "sold.csv"
    frame.to_csv(path, index=False)
    return path


QUICK = ("--cv", "2", "--no-try", "--no-baselines", "--quiet", "--set", "max_iter=20")


def run_quick(path, *more, target="sold"):
    output = path.with_suffix(".html")
    return main([str(path), "--target", target, *QUICK, *more, "--output", str(output)])


def test_parameters_scorer_and_class_reach_the_network_and_the_measure(sold, capsys, monkeypatch):
    import skdl.diagnosis

    seen = {}
    diagnose = skdl.diagnosis.diagnose

    def watch(estimator, X, y, **settings):
        seen.update(settings, estimator=estimator)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(X, y)
        seen["score"] = settings["scoring"](estimator, X, y)
        seen["prediction"] = estimator.predict(X), y
        return diagnose(estimator, X, y, **settings)

    monkeypatch.setattr(skdl.diagnosis, "diagnose", watch)
    given = ("--set", "l2=0.01", "--set", "hidden_layer_sizes=(7, 3)", "--set", "activation=tanh")
    more = ("--scoring", "f1", "--positive", "yes", "--tolerance", "0.03")
    assert run_quick(sold, *given, *more) == 0
    mlp = seen["estimator"]["mlp"]
    assert (mlp.l2, mlp.hidden_layer_sizes, mlp.activation) == (0.01, (7, 3), "tanh")
    assert seen["tolerance"] == 0.03
    from sklearn.metrics import f1_score

    predicted, y = seen["prediction"]
    assert seen["score"] == pytest.approx(f1_score(y, predicted, pos_label="yes"))
    assert "The error is 1 minus f1 of class yes." in capsys.readouterr().out


def test_average_precision_looks_for_the_class_that_is_named(sold):
    from sklearn.dummy import DummyClassifier

    from skdl.command_line.options import scorer_of

    table = load_table(sold, "sold")
    share = np.mean(table.y == "no")
    model = DummyClassifier().fit(table.X, table.y)
    for label, expected in (("no", share), ("yes", 1 - share)):
        scorer = scorer_of("average_precision", label, table.y, "classification")
        assert scorer(model, table.X, table.y) == pytest.approx(expected)


def rare(path, counts, n=120):
    rng = np.random.default_rng(0)
    y = np.full(n, "usual", dtype=object)
    y[: n // 2] = "other"
    for label, count in counts.items():
        y[np.flatnonzero((y == "usual") | (y == "other"))[:count]] = label
    frame = pd.DataFrame({"a": rng.normal(size=n).round(3), "sold": y})
    frame.to_csv(path, index=False)
    return path


def test_a_rare_class_keeps_its_rows_out_of_the_test_part(tmp_path, capsys):
    path = rare(tmp_path / "rare.csv", {"seldom": 5})
    assert run_quick(path, "--cv", "5") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "24 rows were held out" in text
    assert "None of them is of class seldom: the folds need all its rows." in text


@pytest.mark.parametrize(
    ("counts", "option", "said"),
    [
        (
            {"seldom": 3},
            "--drop-rare",
            "1 class with fewer than 5 rows left out, as asked for: 'seldom' (3)",
        ),
        (
            {"seldom": 3, "never": 4},
            "--join-rare",
            "2 classes with fewer than 5 rows joined to 'any rare class', as asked for: "
            "'never' (4), 'seldom' (3).",
        ),
    ],
)
def test_what_can_be_done_with_rare_classes(tmp_path, capsys, counts, option, said):
    path = rare(tmp_path / "rare.csv", counts)
    assert run_quick(path, "--cv", "5") == 2
    complaint = capsys.readouterr().err
    for label, n in counts.items():
        assert f"class {label} has {n} rows" in complaint
    assert "--drop-rare" in complaint and f"--cv {min(counts.values())}" in complaint
    assert ("--join-rare" in complaint) == (sum(counts.values()) >= 5)
    assert run_quick(path, "--cv", "5", option) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert said in text
    n = 120 - (sum(counts.values()) if option == "--drop-rare" else 0)
    assert f"rare.csv: {n} rows" in text


def test_many_prices_as_classes_are_explained(tmp_path, capsys):
    path = tmp_path / "prices.csv"
    lines = [f"{i % 7},{1000 + 5 * i}" for i in range(214)]
    path.write_text("\n".join(["a,sold", *lines]))
    assert run_quick(path, "--task", "classification") == 2
    complaint = capsys.readouterr().err
    assert "'sold' holds 214 different values, 214 of them in fewer than 2 rows" in complaint
    assert "hardly classes. Choose: --task regression predicts the number" in complaint


def test_standard_input(sold, tmp_path):
    command = [sys.executable, "-m", "skdl", "-", "--target", "sold", *QUICK]
    done = subprocess.run(command, input=sold.read_bytes(), capture_output=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"standard input: 150 rows, 2 inputs; MLPClassifier")


def test_the_text_is_printed_before_a_report_that_cannot_be_written(sold, capsys, monkeypatch):
    import os

    def full(*_, **settings):
        raise OSError(28, "No space left on device")

    old = sold.with_suffix(".html")
    old.write_text("an older report")
    monkeypatch.setattr(os, "fdopen", full)
    assert run_quick(sold) == 1
    captured = capsys.readouterr()
    assert "Your network" in captured.out and "On the test part" in captured.out
    assert "report with pictures" not in captured.out
    assert (
        captured.err == f"skdl: cannot write {old}: No space left on device; all else is printed\n"
    )
    assert old.read_text() == "an older report"
    assert sorted(p.name for p in sold.parent.iterdir()) == ["sold.csv", "sold.html"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")
def test_what_cannot_be_printed_is_in_the_report(sold, tmp_path):
    command = [sys.executable, "-m", "skdl", str(sold), "--target", "sold", *QUICK]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "skdl: cannot print: No space left on device; the report is in skdl-report.html\n"
    )
    assert "Your network" in (tmp_path / "skdl-report.html").read_text()


def test_whether_remedies_are_tried_does_not_depend_on_the_clock(tmp_path, capsys, monkeypatch):
    from skdl.command_line import work

    monkeypatch.setattr(work, "MOST_WORK", 0)
    write_overfitted(tmp_path / "few.csv")
    assert main(arguments_for(tmp_path / "few.csv", "--no-baselines", "--test", "0")) == 0
    text = capsys.readouterr().out
    assert "The remedies were not tried; --try measures them" in text
    assert "Remedies tried" not in text


def test_much_work_is_told_at_the_start_and_not_in_the_report(sold, capsys, monkeypatch):
    from skdl.command_line import work

    monkeypatch.setattr(work, "MUCH_WORK", 0)
    assert run_quick(sold) == 0
    lines = " ".join(capsys.readouterr().out.split())
    start, rest = lines.split("This may take minutes: the network is fitted up to 12 times, to ")
    assert "MLPClassifier" in start
    assert re.match(r"\d+ rows on average, up to 20 epochs each\. ", rest), rest[:90]
    assert "This may take" not in sold.with_suffix(".html").read_text(encoding="utf-8")


def test_the_report_shows_what_was_read(sold):
    assert run_quick(sold) == 0
    page = sold.with_suffix(".html").read_text(encoding="utf-8")
    part = page.split("<h2>What I read</h2>")[1].split("</section>")[0]
    cells = [c for c in re.findall(r"<td>(.*?)</td>", part)]
    assert cells == [
        "a",
        "number",
        "decimal point",
        "b",
        "number",
        "decimal point",
        "sold",
        "target, category",
        "",
    ]


def test_a_file_may_have_the_name_of_what_is_bundled(tmp_path, capsys):
    """It is prepared as any other: only what is bundled is left as it is."""
    frame = pd.DataFrame({"a": np.arange(60) % 7 / 3, "b": ["x", "z"] * 30, "y": [0, 1, 1] * 20})
    path = tmp_path / "breast cancer"
    frame.to_csv(path, index=False)
    arguments = [str(path), "--target", "y", "--cv", "2", "--no-try", "--no-baselines"]
    assert main([*arguments, "--output", str(tmp_path / "page.html")]) == 0
    assert "breast cancer: 60 rows, 2 inputs" in capsys.readouterr().out
