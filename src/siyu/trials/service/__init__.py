"""What other rooms may ask of trials."""

from siyu.trials.service.applying import (
    application,
    applications,
    applications_of,
    apply_for,
    trial_for,
    trials_for,
    withdraw,
)
from siyu.trials.service.choosing import choose, end_trial, send_pieces, settle_due, settle_trial
from siyu.trials.service.following import forget_trials, regroup_trials
from siyu.trials.service.making import change_trial, make_trial, read_trial, start_trial, trial, trials
from siyu.trials.service.reporting import approve, end_finished, mark_missed, release_coupons, report, send_back

__all__ = [
    "application",
    "applications",
    "applications_of",
    "apply_for",
    "approve",
    "change_trial",
    "choose",
    "end_finished",
    "end_trial",
    "forget_trials",
    "make_trial",
    "mark_missed",
    "read_trial",
    "regroup_trials",
    "release_coupons",
    "report",
    "send_back",
    "send_pieces",
    "settle_due",
    "settle_trial",
    "start_trial",
    "trial",
    "trial_for",
    "trials",
    "trials_for",
    "withdraw",
]
