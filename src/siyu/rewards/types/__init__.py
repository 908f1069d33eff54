"""What other rooms may know of rewards."""

from siyu.rewards.types.economy import RULES, RewardRules
from siyu.rewards.types.errors import LimitReached, NotOpen, SoldOut, UnderMargin
from siyu.rewards.types.facts import FACTS
from siyu.rewards.types.offers import (
    STATES,
    TERMS,
    Offer,
    OfferRead,
    OfferState,
    OfferTerms,
    Redeemed,
    Redemption,
    RedemptionPage,
    RedemptionState,
)

__all__ = [
    "FACTS",
    "RULES",
    "STATES",
    "TERMS",
    "LimitReached",
    "NotOpen",
    "Offer",
    "OfferRead",
    "OfferState",
    "OfferTerms",
    "Redeemed",
    "Redemption",
    "RedemptionPage",
    "RedemptionState",
    "RewardRules",
    "SoldOut",
    "UnderMargin",
]
