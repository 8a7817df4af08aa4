"""python -m skdl: from a file to text and page; one line and status 2 on bad input."""

import importlib.util
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

import skdl
from skdl.__main__ import build_pipeline, main
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
    done = shell(str(iris), "--target", "target", "--cv", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "iris.csv: 150 rows, 4 columns; MLPClassifier" in done.stdout
    assert "The task is classification, since 'target' holds 3 different labels." in done.stdout
    assert "Missing values in sepal width (cm) (15)" in done.stdout
    assert "Your network" in done.stdout
    assert "What " in done.stdout
    assert "30 rows were held out for a test at the very end" in done.stdout
    assert "on the same folds" in done.stdout and "boosted trees" in done.stdout
    assert "Remedies tried on fresh folds" in done.stdout
    last = " ".join(done.stdout.split("\n\n")[-2].split())
    assert last.startswith("On the test part, 30 rows that nothing has looked at until now, the ")
    assert done.stdout.count("test part") == 1
    assert "The report with pictures is in skdl-report.html" in done.stdout
    assert done.stderr == ""  # no bar where there is no terminal
    page = (tmp_path / "skdl-report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3 and "iris.csv" in page


def test_bad_input_from_a_shell(tmp_path):
    done = shell("nothing.csv", "--target", "y", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "skdl: no such file: nothing.csv\n"


def test_digits_without_a_file(tmp_path, capsys, monkeypatch):
    # The first 200 rows only, which is what makes this test quick.
    from sklearn import datasets

    X, y = datasets.load_digits(return_X_y=True)
    monkeypatch.setattr(datasets, "load_digits", lambda return_X_y: (X[:200], y[:200]))
    output = tmp_path / "page.html"
    assert main(["--cv", "2", "--seed", "3", "--output", str(output)]) == 0
    text = capsys.readouterr().out
    assert "digits: 200 rows, 64 columns; MLPClassifier" in text
    assert f"The report with pictures is in {output}" in text
    assert "random_state=3" in output.read_text(encoding="utf-8")


def arguments_for(iris, *more):
    return [str(iris), "--target", "target", "--cv", "2", *more, "--output", str(iris) + ".html"]


def test_what_can_be_left_out(tmp_path, capsys):
    noise = np.random.default_rng(0).normal(size=(100, 3))
    frame = pd.DataFrame(noise, columns=list("abc")).assign(target=np.arange(100) % 2)
    frame.to_csv(tmp_path / "noise.csv", index=False)
    left_out = ("--no-try", "--no-baselines", "--test", "0")
    assert main(arguments_for(tmp_path / "noise.csv", *left_out)) == 0
    text = capsys.readouterr().out
    assert "No test part was held out, as asked for." in text
    assert "The remedies were not tried; that takes about" in text
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
    assert "d.tsv: 120 rows, 2 columns; MLPRegressor" in text
    assert "of the variance unexplained on" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.csv", "--target", "y"], "no such file: nothing.csv"),
        ([".", "--target", "y"], ". is a directory, not a CSV file"),
        (["iris.csv"], "--target is needed: the column to predict, one of sepal length (cm), "),
        (["iris.csv", "--target", "Targets"], "no column 'Targets' in iris.csv; did you mean"),
        (
            ["iris.csv", "--target", "target", "--task", "regression"],
            "regression needs numbers in 'target'; got 'setosa'",
        ),
        (
            ["iris.csv", "--target", "target", "--cv", "51"],
            "diagnose: cv=51 needs at least 51 rows of each class; class setosa has 40",
        ),
        (["iris.csv", "--target", "target", "--cv", "1"], "diagnose: cv must be an int >= 2"),
        (
            ["iris.csv", "--target", "target", "--bayes-error", "2"],
            'diagnose: bayes_error must be in [0, 1) or "estimate"; got 2.0',
        ),
        (["iris.csv", "--target", "target", "--output", "."], "--output . is a directory"),
        (["iris.csv", "--target", "target", "--output", "no/page.html"], "no such directory"),
        (["empty.csv", "--target", "y"], "empty.csv is empty"),
        (["header.csv", "--target", "b"], "header.csv has a header but no rows"),
        (["one.csv", "--target", "b"], "the target column 'b' holds one value only, 7"),
        (["few.csv", "--target", "b"], "diagnose: cv=5 needs at least 5 rows of each class"),
        (["--target", "y"], "--target y needs a CSV file"),
        (["--task", "regression"], "--task regression needs a CSV file"),
        (["--cv", "many"], "argument --cv: invalid int value: 'many'"),
        (["--bayes-error", "low"], "argument --bayes-error: invalid float value: 'low'"),
        (["--test", "1"], "--test must be in [0, 1); got 1.0"),
        (["--speed=3"], "unrecognized arguments: --speed=3"),
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
