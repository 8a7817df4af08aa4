"""What a lesson needs: the claims that lessons settle, and verdicts that are computed.

A lesson trains, measures over seeds, and ends with :func:`~skdl.lessons.judge`: the verdict comes
from the interval of what was measured and from where the claim expects it.
"""

from skdl.lessons.claims import Claim, claims
from skdl.lessons.mode import is_short, seeds
from skdl.lessons.verdict import Measured, Verdict, judge

__all__ = ["Claim", "Measured", "Verdict", "claims", "is_short", "judge", "seeds"]
