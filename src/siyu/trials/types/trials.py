"""Trials: what is tried, who may apply, and how the chosen are found."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid", strict=True)
_Question = Annotated[str, Field(min_length=1, max_length=200)]
_Tier = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
TrialState = Literal["draft", "live", "chosen", "ended"]
TRIAL_STATES: Final[tuple[TrialState, ...]] = ("draft", "live", "chosen", "ended")
How = Literal["hand", "draw"]
TrialStands = Literal["open", "soon", "over", "not_for_you", "barred", "applied"]


@checked(frozen=True, slots=True, config=_STRICT)
class TrialTerms:
    """What a trial gives, to whom, until when, and for what.

    Attributes:
        name: for people.
        about: what is tried and what is asked for, for people.
        product: its code in the shops; ``None``: it is not sold yet.
        pieces: as many are chosen at most; each gets one.
        worth_fen: what one piece is sold for, for people; 0: it is not said.
        opens_at: who applies before is refused,
        closes_at: and from then on.
        chosen_by: what was not chosen by then, is not: a draw is drawn then, a choice by hand is over.
        reports_until: who was chosen reports by then.
        how: ``hand``: operators choose; ``draw``: a draw that anybody can verify.
        tiers: codes of the tiers that may apply; empty: all.
        segment_id: only who is in it may apply; ``None``: everybody.
        points: that an application costs. They are held, go back to who is not chosen, and are spent when the piece is sent.
        questions: that each application answers.
        reward_points: that a report earns which was approved.
        reward_days: so long they last; ``None``: for ever.
        reward_coupon_id: the template of which such a report earns a coupon; ``None``: none.
        least_words: a report has at least so many characters.
        least_days: who was sent the piece late, or whose report was sent back, has at least so many days from then.
        barred_days: who was sent a piece and did not report may not apply for any trial for so long; 0: they may.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    pieces: int
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    chosen_by: AwareDatetime
    reports_until: AwareDatetime
    about: Annotated[str, Field(max_length=2000)] = ""
    product: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    worth_fen: Annotated[int, Field(ge=0, le=10**9)] = 0
    how: How = "hand"
    tiers: Annotated[list[_Tier], Field(max_length=30)] = field(default_factory=list)
    segment_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    points: int = 0
    questions: Annotated[list[_Question], Field(max_length=10)] = field(default_factory=list)
    reward_points: int = 0
    reward_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    reward_coupon_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    least_words: Annotated[int, Field(ge=1, le=1000)] = 10
    least_days: Annotated[int, Field(ge=1, le=90)] = 7
    barred_days: Annotated[int, Field(ge=0, le=3660)] = 0


TRIAL: Final = TypeAdapter(TrialTerms)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as it stands.

    Attributes:
        state: ``live``: it can be applied for in its window, and chosen; ``chosen``: the others know that they are not;
            ``ended``: it was ended before its time, or nothing is waited for any more.
        version: counts the changes of its terms.
        round_id: of draws, in which its chosen are drawn; ``None``: they are chosen by hand, or it was never live.
    """

    id: int
    terms: TrialTerms
    state: TrialState
    version: int
    round_id: int | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class TrialRead:
    """A trial with its figures: people, of each row those of the next are a part.

    Attributes:
        left: pieces that can still be given to somebody.
        applied: applications but those that were withdrawn.
        chosen: of them, who got a piece or will get it.
        sent: of them, to whom it was sent.
        reported: of them, who reported, whatever is thought of it.
        rewarded: of them, whose report was approved.
        missed: who was sent a piece and did not report in time.
        waiting: reports that somebody has to look at.
        stars: of all reports, on average, in hundredths; ``None``: there is none.
    """

    trial: Trial
    left: int
    applied: int
    chosen: int
    sent: int
    reported: int
    rewarded: int
    missed: int
    waiting: int
    stars: int | None
