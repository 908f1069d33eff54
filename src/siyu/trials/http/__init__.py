"""The HTTP face of trials: trials and the steps of their applications."""

from siyu.trials.http.applications import router as applications
from siyu.trials.http.trials import router as trials

__all__ = ["applications", "trials"]
