"""What is kept of a run besides its report: the fitted model, and a script that does the same."""

from __future__ import annotations

import argparse
import pickle
from typing import TYPE_CHECKING

from sklearn.base import clone

from skdl.command_line.loading import asked_of
from skdl.diagnosis.remedies.remedy import Remedy

if TYPE_CHECKING:
    from skdl.command_line.table import Table
    from skdl.diagnosis.result import Diagnosis

__all__ = ["pickled_model", "script_of"]

SCRIPT = '''\
"""What a run of `python -m skdl` did, step by step: {what}."""

from skdl import diagnose
{imports}

# The table: what of the file became inputs, and how, is in table.notes.
{load}

# The network behind what prepares the columns, and rows that nothing looks at until the end.
model = build_pipeline(table, seed={seed}, given={given})
work, test = split_test_rows(
    table.y, {share}, stratify=table.task == "classification", seed={seed}, least={cv}
)
diagnosis = diagnose(
    model,
    table.X.iloc[work],
    table.y[work],
    bayes_error={bayes_error},
    tolerance={tolerance},
    target_error={target_error},
    scoring={scoring},
    cv={cv},
    random_state={seed},
    baselines={baselines},
)
print(diagnosis)
{change}{test}
# What to use: the same model with all rows.
model.fit(table.X, table.y)
'''
TEST = """
rows = (table.X, table.y, work, test, diagnosis.how.measure)
print("error on the test part:", final_test(model, *rows, "the model").error)
"""


def pickled_model(diagnosis: Diagnosis, table: Table) -> bytes:
    """Fit the model to all rows, with the remedy that worked, and pickle it.

    Parameters
    ----------
    diagnosis : Diagnosis
        Its remedies may have been tried.
    table : Table
        All rows.
    """
    trials = diagnosis.trials_
    better = None if trials is None else trials.best_
    model = clone(diagnosis.estimator if better is None else better)
    return pickle.dumps(model.fit(table.X, table.y))


def script_of(options: argparse.Namespace, diagnosis: Diagnosis, n_test: int) -> str:
    """Write a Python script that does what the run did, with the remedy that worked.

    Parameters
    ----------
    options : Namespace
        What was asked for.
    diagnosis : Diagnosis
        What was found.
    n_test : int
        Rows of the test part.
    """
    imports = ["from skdl.command_line.held_out import " + "final_test, " * (n_test > 0)]
    imports[0] += "split_test_rows"
    if options.scoring is not None and options.positive is not None:
        imports.append("from skdl.command_line.options import scorer_of")
        arguments = f"{options.scoring!r}, {options.positive!r}"
        scoring = f"scorer_of({arguments}, table.y, table.task)"
    else:
        scoring = repr(options.scoring)
    imports.append("from skdl.command_line.run import build_pipeline")
    if options.file is None:
        what = "the bundled table"
        imports.append("from skdl.command_line.bundled import bundled")
        load = "table = bundled()"
    else:
        what = f"{options.target} of {options.file}"
        imports.append("from skdl.command_line.loading import table_of_file")
        asked = "".join(f", {name}={value!r}" for name, value in asked_of(options).items())
        load = f"table = table_of_file({str(options.file)!r}, {options.target!r}{asked})"
    return SCRIPT.format(
        what=what.replace('"', "'").replace("\\", "/"),
        imports="\n".join(sorted(imports)),
        load=load,
        given=list(options.set),
        seed=options.seed,
        share=options.test,
        cv=options.cv,
        bayes_error=repr(options.bayes_error),
        tolerance=options.tolerance,
        target_error=options.target_error,
        scoring=scoring,
        baselines=options.baselines,
        change=_change(diagnosis),
        test=TEST if n_test else "",
    )


def _change(diagnosis: Diagnosis) -> str:
    """Write the change that worked; nothing where none did."""
    trials = diagnosis.trials_
    if trials is None or trials.best_row_ is None:
        return ""
    tried = trials.frame.iloc[trials.best_row_]
    remedy = next(r for r in diagnosis.remedies if r.action == tried["remedy"])
    code = remedy.code
    if remedy.step is None and remedy.around is None:
        changed = {name: [trials.best_.get_params()[name]] for name in remedy}
        about = {name: getattr(remedy, name) for name in ("action", "regime", "reason", "source")}
        code = Remedy(changed, **about).code
    return f"\n# {tried['remedy']}, which lowered the validation error when it was tried:\n{code}\n"
