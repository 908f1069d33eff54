"""What other rooms may know of trials."""

from siyu.trials.types.applications import (
    APPLICATION_STATES,
    Application,
    ApplicationPage,
    ApplicationState,
    TrialShown,
)
from siyu.trials.types.errors import (
    AlreadyApplied,
    NothingToReport,
    TooFewPieces,
    TrialBarred,
    TrialClosed,
    TrialNotForYou,
)
from siyu.trials.types.facts import FACTS
from siyu.trials.types.trials import TRIAL, TRIAL_STATES, How, Trial, TrialRead, TrialStands, TrialState, TrialTerms

__all__ = [
    "APPLICATION_STATES",
    "FACTS",
    "TRIAL",
    "TRIAL_STATES",
    "AlreadyApplied",
    "Application",
    "ApplicationPage",
    "ApplicationState",
    "How",
    "NothingToReport",
    "TooFewPieces",
    "Trial",
    "TrialBarred",
    "TrialClosed",
    "TrialNotForYou",
    "TrialRead",
    "TrialShown",
    "TrialStands",
    "TrialState",
    "TrialTerms",
]
