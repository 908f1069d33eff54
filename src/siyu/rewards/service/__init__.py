"""What other rooms may ask of rewards."""

from siyu.rewards.service.economy import change_rules, read_rules, rule_versions, rules
from siyu.rewards.service.offers import (
    add_stock,
    change_offer,
    make_offer,
    offer,
    offers,
    read_offer,
    set_offer_state,
    stock_of,
)
from siyu.rewards.service.payments import PaymentPort, register_payments
from siyu.rewards.service.redeeming import redeem
from siyu.rewards.service.settling import cancel, cancel_unpaid, fulfil, paid, redemption, redemptions, regroup, tell

__all__ = [
    "PaymentPort",
    "add_stock",
    "cancel",
    "cancel_unpaid",
    "change_offer",
    "change_rules",
    "fulfil",
    "make_offer",
    "offer",
    "offers",
    "paid",
    "read_offer",
    "read_rules",
    "redeem",
    "redemption",
    "redemptions",
    "register_payments",
    "regroup",
    "rule_versions",
    "rules",
    "set_offer_state",
    "stock_of",
    "tell",
]
