"""``propose``: which remedies an estimator gets, and in which order.

First comes what mends a fault of the data or of the training: until then the gaps say little about
the network. Then come two or three changes for each gap that is high, the lighter ones first, and
then what remains to be done with the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.remedies import capacity, data, optimisation, regularisation
from skdl.diagnosis.remedies.parameters import in_numbers
from skdl.diagnosis.remedies.remedy import Remedy, Treatment
from skdl.tools.inside import find_network

__all__ = ["FIRST_TO_MEND", "TREATMENTS", "propose"]

# All of them, in the order in which they are proposed.
TREATMENTS: list[Treatment] = [
    member
    for module in (data, regularisation, capacity, optimisation)
    for member in vars(module).values()
    if isinstance(member, Treatment)
]

# The faults in the order in which they are mended; a name that is missing here comes last.
FIRST_TO_MEND = (
    "leaking feature",
    "copies across folds",
    "data mismatch",
    "unscaled inputs",
    "outliers",
    "diverged",
    "oscillating",
    "blown up",
    "stuck",
    "dead units",
    "saturated units",
    "vanishing gradients",
    "exploding gradients",
    "still falling",
    "heavy-tailed target",
    "imbalanced classes",
)
FAULTS = ("data", "optimiser")  # findings about these are mended before a gap is treated
MOST_FOR_FAULTS = 4


def called_by(*calls: str) -> list[Treatment]:
    """List the treatments that any of some findings, regimes or circumstances call for."""
    return [treatment for treatment in TREATMENTS if set(calls) & set(treatment.calls)]


def propose(
    estimator: Any,
    regime: str,
    *,
    findings: Sequence[Finding] = (),
    bias_first: bool = True,
    settled: bool = False,
    unfinished: bool = False,
    something_to_learn: bool = True,
    fits_its_rows: bool = False,
    more_rows_help: bool | None = None,
    l2: float | None = None,
    n_classes: int | None = None,
) -> list[Remedy]:
    """List the remedies for what was found and for the regime, the most promising first.

    Parameters
    ----------
    estimator : estimator
        The diagnosed estimator, a pipeline perhaps.
    regime : {"underfitting", "overfitting", "both", "neither", "no fault shown"}
        Its regime. Where no fault is shown, the lightest change against bias is worth a trial, if
        anything can be learned, and the data are worth a look.
    findings : sequence of Finding
        What was found; each kind has its own treatments.
    bias_first : bool, default=True
        Whether bias is the larger gap; it is treated first.
    settled : bool, default=False
        Whether training records were read; where they show nothing wrong, the loss had settled,
        and neither more epochs nor another rate are called for.
    unfinished : bool, default=False
        Whether a fit ended while its loss still fell: then more epochs are worth a trial.
    something_to_learn : bool, default=True
        Whether anything was better than a constant guess.
    fits_its_rows : bool, default=False
        Whether the training error is too small to be bias; then only a fault that is shown is
        treated.
    more_rows_help : bool or None, default=None
        Whether the validation error still falls with more rows; None where this is not known.
    n_classes : int or None, default=None
        The number of classes, if known.
    l2 : float or None, default=None
        What an automatic penalty was in the fits; None where this is not known: then nothing is
        said of it.

    Returns
    -------
    remedies : list of Remedy

    Examples
    --------
    >>> from skdl import MLPClassifier
    >>> for remedy in propose(MLPClassifier(), "overfitting", more_rows_help=True, l2=0.01):
    ...     print(remedy)
    Average several networks: n_networks=5
    Penalise large weights: l2=0.03 or 0.1
    Add dropout: dropout=0.2 or 0.5
    Collect more rows
    """
    remedies: list[Remedy] = []
    parameters = in_numbers(find_network(estimator)[0].get_params(deep=False), l2)

    def add(treatments: list[Treatment], most: int | None = None, treats: str = "") -> bool:
        """Add the first treatments that this model can take; say whether there was any."""
        done = {remedy.action for remedy in remedies}
        fresh = [t for t in treatments if t.action not in done]
        known = [t.applied(estimator, treats, l2, n_classes) for t in fresh]
        new = [remedy for remedy in known if remedy is not None][:most]
        remedies.extend(new)
        return bool(new)

    about = {finding.name: finding.about for finding in findings if finding.about in FAULTS}
    # Where variance is what is wrong, slow training is not what to mend first.
    slow = {n for n, part in about.items() if part == "optimiser" and n != "diverged"}
    later = slow if regime == "overfitting" else set()
    for fault in sorted(about.keys() - later, key=_turn):
        treatments = called_by(fault)
        # With small gaps only what makes the numbers wrong has to be mended.
        if treatments and (regime != "neither" or treatments[0].regime == "neither"):
            add(treatments, treats=fault)
    del remedies[MOST_FOR_FAULTS:]
    if regime == "neither":
        add(called_by("neither"))
        return remedies
    if regime == "no fault shown":
        if something_to_learn and unfinished:
            add(called_by("unfinished"))
        if something_to_learn and not fits_its_rows:
            bias = [t for t in called_by("underfitting") if not (settled and t.unsettled_only)]
            add([t for t in bias if not t.last_resort], 1)
        if more_rows_help and something_to_learn:
            add(called_by("more rows help"))
        add(called_by("no fault shown"))
        return remedies

    settled = settled or bool(remedies)
    most = (2 if regime == "both" else 3) - (len(remedies) > 2)
    for gap in ("underfitting", "overfitting") if bias_first else ("overfitting", "underfitting"):
        if regime not in (gap, "both"):
            continue
        treatments = [t for t in called_by(gap) if not (settled and t.unsettled_only)]
        treatments.sort(key=lambda t: not t.leads(parameters))
        added = add([t for t in treatments if not t.last_resort], most)
        if not added and not remedies:
            add([t for t in treatments if t.last_resort])
    n_before = len(remedies)
    for fault in sorted(later, key=_turn):
        add(called_by(fault), treats=fault)
    del remedies[n_before + MOST_FOR_FAULTS :]
    if unfinished:
        add(called_by("unfinished"))
    for finding in findings:
        if finding.about not in FAULTS:
            add(called_by(finding.name), treats=finding.name)
    if regime == "underfitting":
        add(called_by("bias alone"))
    elif more_rows_help is not None:
        add(called_by("more rows help" if more_rows_help else "more rows do not help"))
    return remedies


def _turn(fault: str) -> tuple[int, str]:
    """Return a key that sorts faults by when they are mended."""
    known = fault in FIRST_TO_MEND
    return FIRST_TO_MEND.index(fault) if known else len(FIRST_TO_MEND), fault
