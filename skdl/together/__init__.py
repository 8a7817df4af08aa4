"""Many fits at once: of our networks, those that are alike train side by side."""

from skdl.together.fits import Fitted, Task, fit_together

__all__ = ["Fitted", "Task", "fit_together"]
