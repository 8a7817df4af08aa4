"""What the folds show of bias and variance, and what they leave open.

The error on new rows is noise + bias + variance, and no measurement tells noise from bias for
certain. What can be measured is an error that *something* attains on the same rows
(:mod:`~skdl.diagnosis.verdict.attained`): the noise is not above it. And the variance
(:mod:`~skdl.diagnosis.verdict.disagreement`): how far apart two fits are that learned from
different rows. What remains of the error is bias, shown (:mod:`~skdl.diagnosis.verdict.verdict`).
"""

from skdl.diagnosis.verdict.verdict import Evidence, Verdict

__all__ = ["Evidence", "Verdict"]
