"""What other rooms may know of experiments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from siyu.kernel.errors import SiyuError

Group = Literal["treated", "control", "holdout"]

BUCKETS: Final = 10_000
CONTROL_BP: Final = 1_000  # of a programme whose maker says nothing else
MOST_CONTROL_BP: Final = 9_000
MOST_HOLDOUT_BP: Final = 5_000


class NeedsReason(SiyuError):
    """What makes an effect harder to see, or protects people less, is done with a reason only."""

    status = 400
    en = "{what} needs a reason, which the audit keeps: say in a few words why."
    zh = "{what_zh}需要填写原因，并会记入审计日志：请用几个字说明为什么。"


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant of a programme; of the treated it gets its weight's share."""

    name: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Programme:
    """Whatever reaches people and is measured.

    Attributes:
        key: its maker's name for it, unique for ever: ``journey:7``.
        kind: what made it: ``journey``, ``broadcast`` …
        control_bp: of ten thousand newcomers so many are left alone.
        salt: what its draw is mixed with, so that the control groups of two programmes have nothing to do with each
            other.
        arms: empty when there is one variant.
        stopped_at: ``None`` while it runs.
        costs: of one touch, in fen, by the way it goes.
    """

    id: int
    key: str
    kind: str
    name: str
    control_bp: int
    salt: Annotated[int, Field(exclude=True)]  # 64 bits, which a browser would round
    arms: tuple[Arm, ...]
    started_at: datetime
    stopped_at: datetime | None
    costs: Mapping[str, int] = field(default_factory=dict)


class Assignment(NamedTuple):
    """One customer's place in one programme. A tuple, because the gate asks for tens of thousands a second.

    Attributes:
        group: ``holdout`` gets no marketing at all, ``control`` none of this programme.
        arm: of the treated and of the control alike, ``None`` where the programme has none.
        control_bp: the share of the control group at that moment.
        exposed_at: since when the outcome counts, ``None`` before.
        mixed: two people of different groups who turned out to be one; no report counts them.
    """

    programme_id: int
    customer_id: int
    group: Group
    arm: str | None
    control_bp: int
    assigned_at: datetime
    exposed_at: datetime | None
    mixed: bool


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many people of one group and arm are assigned and exposed; the mixed count in neither."""

    programme_id: int
    group: Group
    arm: str | None
    assigned: int
    exposed: int
    mixed: int


@dataclass(frozen=True, slots=True, eq=False)
class Exposures:
    """Who is exposed in a programme and can be compared: neither mixed nor held out. One place each, in every array.

    Attributes:
        group: 0 treated, 1 control.
        arm: a place among the programme's arms, -1 for none.
        control_bp: the share of the control group when they were assigned.
        since: the second of the exposure, in ms since 1970: platforms tell what people do in whole seconds.
        expected: what they were expected to bring at that moment, in fen; 0 where nothing was.
    """

    customer: NDArray[np.int64]
    group: NDArray[np.int64]
    arm: NDArray[np.int64]
    control_bp: NDArray[np.int64]
    since: NDArray[np.int64]
    expected: NDArray[np.int64]


HarmKind = Literal["deleted", "unfollowed", "left", "blocked", "unsubscribed", "complained"]


@dataclass(frozen=True, slots=True)
class HarmCount:
    """To how many exposed people something happened within the time that counts, of those assigned at one share.

    Attributes:
        control_bp: the share of the control group when they were assigned.
        treated: of the treated.
        control: of the control group.
    """

    kind: HarmKind
    control_bp: int
    treated: int
    control: int


@dataclass(frozen=True, slots=True)
class Harm:
    """One kind of harm, treated against control.

    Attributes:
        treated: to how many exposed treated people it happened, ``treated_rate`` of all of them.
        control: to how many of the control group.
        low, high: how many times as often it happens to the treated; holds however often one looks, ``high`` is
            ``None`` where nothing is known.
        evidence: how many times as likely the data are by harm as without (``e-value``).
    """

    kind: HarmKind
    treated: int
    control: int
    treated_rate: float
    control_rate: float
    low: float
    high: float | None
    evidence: float


@dataclass(frozen=True, slots=True)
class Watched:
    """How a programme's harm stands.

    Attributes:
        treated: exposed treated people; ``control``: exposed people of the control group.
        harms: every kind, the one with the most evidence first.
        evidence: of all kinds together.
        limit: from this evidence on it is an alarm; false with a probability of 5 % at most, however often one looks.
        blind: nobody is left alone, so that nothing can be told.
    """

    treated: int
    control: int
    harms: tuple[Harm, ...]
    evidence: float
    limit: float
    alarm: bool
    blind: bool
