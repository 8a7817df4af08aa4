"""What is kept of a run: a model that predicts, a script that comes to the same numbers."""

from __future__ import annotations

import pickle
import re
import runpy
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import ConvergenceWarning

from skdl.command_line.run import main
from skdl.command_line.table import load_table

QUICK = ("--cv", "2", "--no-baselines", "--quiet")


@pytest.fixture
def houses(tmp_path):
    """A table of which a network with so few epochs and so small a rate learns too little."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=200), "town": rng.choice(["x", "y"], 200)})
    frame["price"] = 100 * frame["a"] ** 2 + 30 * (frame["town"] == "x") + rng.normal(size=200)
    path = tmp_path / "houses.csv"
    frame.to_csv(path, index=False, sep=";", decimal=",")
    return path


def run(path, *more, target="price"):
    kept = {name: path.with_suffix(f".{name}") for name in ("save", "script", "html")}
    where = ("--save", str(kept["save"]), "--script", str(kept["script"]))
    arguments = [str(path), "--target", target, *QUICK, *where, "--output", str(kept["html"])]
    assert main([*arguments, *more]) == 0
    return kept["save"], kept["script"]


def test_the_script_comes_to_the_numbers_of_the_run(houses, capsys):
    settings = ("--set", "max_iter=5", "--set", "learning_rate=0.0001", "--set", "dropout=0.3")
    save, script = run(houses, "--try", *settings, "--read", "town=category", "--seed", "3")
    said = " ".join(capsys.readouterr().out.split())
    text = script.read_text()
    assert "model.set_params(mlp__" in text and "given=[('max_iter', '5')" in text
    assert "read={'town': 'category'}" in text and "seed=3" in text
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    error = float(re.search(r"error on the test part: (.*)", done.stdout)[1])
    after = re.search(r"and with .*? one of (\d+\.\d) %", said)
    assert float(after[1]) == pytest.approx(100 * error, abs=0.06)
    # The diagnosis is the same, too, up to the trials, which the script does not repeat.
    # The model that was saved is the one that the script ends with: changed, and of all rows.
    with pytest.warns(ConvergenceWarning):  # of the few epochs that were asked for
        ended = runpy.run_path(str(script))
    model = pickle.loads(save.read_bytes())
    frame = ended["table"].X
    np.testing.assert_array_equal(model.predict(frame), ended["model"].predict(frame))
    numbers = re.compile(r"training error.*?validation error[^%]*%")
    assert numbers.search(said)[0] == numbers.search(" ".join(done.stdout.split()))[0]


def test_the_model_is_fitted_to_all_rows_and_predicts_for_frames(houses, capsys):
    save, script = run(houses, "--no-try", "--set", "max_iter=20")
    assert "The model, fitted to all rows, is in" in capsys.readouterr().out
    model = pickle.loads(save.read_bytes())
    table = load_table(str(houses), "price", "auto")
    assert model[-1].n_iter_ == 20
    assert model.score(table.X, table.y) > 0
    assert np.isfinite(model.predict(pd.DataFrame({"a": [0.0], "town": ["new"]}))).all()
    assert "set_params" not in script.read_text()  # nothing was tried


def test_classes_a_scorer_and_rare_ones(tmp_path, capsys):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=150)})
    frame["sold"] = np.where(frame["a"] > 1, "yes", "no")
    path = tmp_path / "sold.csv"
    frame.to_csv(path, index=False)
    more = ("--scoring", "f1", "--positive", "yes", "--no-try", "--drop-rare", "--test", "0")
    _, script = run(path, *more, "--set", "max_iter=30", target="sold")
    text = script.read_text()
    assert "scorer_of('f1', 'yes', table.y, table.task)" in text and "rare='drop'" in text
    assert "final_test" not in text
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    validation = re.search(r"= validation error +(\S+)", done.stdout)[1]
    assert f"= validation error {validation}" in " ".join(capsys.readouterr().out.split())


def test_what_cannot_be_kept_is_said_before_the_long_run(houses, tmp_path, capsys):
    arguments = [str(houses), "--target", "price", *QUICK]
    for name in ("--save", "--script"):
        assert main([*arguments, name, str(tmp_path)]) == 2
        assert capsys.readouterr().err == f"skdl: {name} {tmp_path} is a directory\n"
        assert main([*arguments, name, str(tmp_path / "no" / "such")]) == 2
        assert "no such directory" in capsys.readouterr().err
    assert main(["-", "--target", "price", "--script", str(tmp_path / "s.py")]) == 2
    assert "--script needs a file that can be read again" in capsys.readouterr().err
