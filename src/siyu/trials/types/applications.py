"""Applications for trials, with what became of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from siyu.trials.types.trials import Trial, TrialStands

ApplicationState = Literal[
    "applied", "withdrawn", "not_chosen", "chosen", "sent", "reported", "sent_back", "rewarded", "missed"
]
APPLICATION_STATES: Final[tuple[ApplicationState, ...]] = (
    "applied", "withdrawn", "not_chosen", "chosen", "sent", "reported", "sent_back", "rewarded", "missed"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Application:
    """Somebody who wants to try something, and how far they are.

    Attributes:
        state: ``sent``: the piece is on its way or there; ``sent_back``: the report has to be written again; ``missed``: it
            did not come in time.
        counts: it is the one of this person for this trial; of two people who were merged, one counts.
        text: why they.
        answers: to the questions of the trial, in their order.
        parcel: what was said when it was sent: the number of the parcel.
        due_at: until then they may report; ``None`` before it is sent.
        stars: 1 to 5; ``None``: no report yet.
        report: its text.
        note: why it was sent back.
        barred_until: until then they may not apply for anything; ``None``: they may.
    """

    id: int
    trial_id: int
    customer_id: int
    state: ApplicationState
    counts: bool
    text: str
    answers: tuple[str, ...]
    applied_at: datetime
    changed_at: datetime
    chosen_at: datetime | None
    sent_at: datetime | None
    parcel: str
    due_at: datetime | None
    stars: int | None
    report: str
    reported_at: datetime | None
    note: str
    rewarded_at: datetime | None
    barred_until: datetime | None


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """Applications, newest first; ``next`` is the cursor of the following page, ``None`` at the end."""

    applications: tuple[Application, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class TrialShown:
    """A trial as one person sees it.

    Attributes:
        stands: whether they can apply now, and why not; whether they have the points is not looked at.
        applied: how many have applied.
        own: their application, if they have one.
    """

    trial: Trial
    stands: TrialStands
    applied: int
    own: Application | None
