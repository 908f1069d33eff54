"""The HTTP face of rewards: what points are worth, offers, redemptions."""

from siyu.rewards.http.offers import router as offers
from siyu.rewards.http.redemptions import router as redemptions
from siyu.rewards.http.rules import router as rules

__all__ = ["offers", "redemptions", "rules"]
