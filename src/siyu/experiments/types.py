"""What other rooms may know of experiments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

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
    """

    id: int
    key: str
    kind: str
    name: str
    control_bp: int
    salt: int
    arms: tuple[Arm, ...]
    started_at: datetime
    stopped_at: datetime | None


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
