"""The HTTP face of rewards: what points are worth, offers, redemptions, coupons, the points economy."""

from siyu.rewards.http.coupons import router as coupons
from siyu.rewards.http.economy import router as economy
from siyu.rewards.http.offers import router as offers
from siyu.rewards.http.redemptions import router as redemptions
from siyu.rewards.http.rules import router as rules
from siyu.rewards.http.templates import router as templates

__all__ = ["coupons", "economy", "offers", "redemptions", "rules", "templates"]
