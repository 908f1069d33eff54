"""What the words behind the figures mean, and what every report is asked with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Protocol

from siyu.channels.types import FACTS as OF_CHANNELS
from siyu.commerce.types import FACTS as OF_ORDERS
from siyu.customers.types import FACTS as OF_CUSTOMERS
from siyu.customers.types import PurchaseMeans
from siyu.draws.types import FACTS as OF_DRAWS
from siyu.identity.types import FACTS as OF_IDENTITY
from siyu.journeys.types import FACTS as OF_JOURNEYS
from siyu.kernel.errors import SiyuError
from siyu.kernel.fact import FactKind
from siyu.loyalty.types import FACTS as OF_LEDGER
from siyu.members.types import FACTS as OF_MEMBERS
from siyu.payments.types import FACTS as OF_PAYMENTS
from siyu.rewards.types import FACTS as OF_REWARDS
from siyu.segments.types import FACTS as OF_SEGMENTS
from siyu.touch.types import FACTS as OF_TOUCHES
from siyu.trials.types import FACTS as OF_TRIALS

Period = Literal["day", "week", "month"]
By = Literal["none", "platform", "shop", "source"]

DEFAULT_ZONE = "Asia/Shanghai"

FACT_KINDS: Final[Mapping[str, FactKind]] = {  # every kind of fact
    kind.name: kind
    for kind in sorted(
        (
            *OF_ORDERS,
            *OF_CUSTOMERS,
            *OF_IDENTITY,
            *OF_CHANNELS,
            *OF_SEGMENTS,
            *OF_TOUCHES,
            *OF_LEDGER,
            *OF_MEMBERS,
            *OF_DRAWS,
            *OF_PAYMENTS,
            *OF_REWARDS,
            *OF_TRIALS,
            *OF_JOURNEYS,
        ),
        key=lambda kind: kind.name,
    )
}
KINDS: Final = tuple(FACT_KINDS)


class NotYours(SiyuError):
    """It was saved by somebody else."""

    status: ClassVar[int] = 403
    en = "'{name}' was saved by {owner}. Save yours under a name of its own, or ask an owner of this Siyu."
    zh = "“{name}”由 {owner} 保存，只有本人或所有者可以修改；请另存为新的漏斗。"


class DefinitionSettings(Protocol):
    """The settings that say what counts."""

    @property
    def purchase_means(self) -> PurchaseMeans: ...
    @property
    def active_days(self) -> int: ...
    @property
    def repeat_purchases(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Definitions:
    """What counts; from the settings, the same in every report.

    Attributes:
        purchase: ``paid``: every paid order. ``kept``: every paid order of which something is left, so not one that was
            refunded in full (an order for nothing that nobody refunded is kept).
        active_days: a customer is active whose last purchase is at most so many days ago.
        repeat_purchases: from so many purchases on a customer is a repeat buyer.
    """

    purchase: PurchaseMeans = "kept"
    active_days: int = 90
    repeat_purchases: int = 2

    @classmethod
    def of(cls, settings: DefinitionSettings) -> "Definitions":
        """What the settings say."""
        return cls(settings.purchase_means, settings.active_days, settings.repeat_purchases)


USUAL: Final = Definitions()


@dataclass(frozen=True, slots=True)
class Stated:
    """The definitions that an answer was counted by, for programs and (``en``, ``zh``) for people."""

    purchase: PurchaseMeans
    active_days: int
    repeat_purchases: int
    en: str
    zh: str
