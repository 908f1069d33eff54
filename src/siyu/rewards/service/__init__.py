"""What other rooms may ask of rewards."""

from siyu.rewards.service.economy import change_rules, read_rules, rule_versions, rules
from siyu.rewards.service.handing import claim, export_codes, find_code, import_codes, print_codes
from siyu.rewards.service.issuing import give_won, issue
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
from siyu.rewards.service.promising import end_promise, promise_coupons
from siyu.rewards.service.redeeming import redeem
from siyu.rewards.service.reporting import economy
from siyu.rewards.service.returning import expire_coupons, return_coupons
from siyu.rewards.service.settling import (
    cancel,
    cancel_unpaid,
    fulfil,
    paid,
    redemption,
    redemptions,
    regroup,
    tell,
    unpaid,
)
from siyu.rewards.service.showing import coupon_for, named, offer_for, offers_for, redemption_for, shown_code
from siyu.rewards.service.templates import (
    add_budget,
    allowance_of,
    budget_of,
    change_template,
    coupon_unit,
    make_template,
    read_template,
    set_template_state,
    template,
    templates,
)
from siyu.rewards.service.using import as_of, coupons_of, quote_coupons, read_basket, use, use_coupons, uses_of

__all__ = [
    "PaymentPort",
    "add_budget",
    "add_stock",
    "allowance_of",
    "as_of",
    "budget_of",
    "cancel",
    "cancel_unpaid",
    "change_offer",
    "change_rules",
    "change_template",
    "claim",
    "coupon_for",
    "coupon_unit",
    "coupons_of",
    "economy",
    "end_promise",
    "expire_coupons",
    "export_codes",
    "find_code",
    "fulfil",
    "give_won",
    "import_codes",
    "issue",
    "make_offer",
    "make_template",
    "named",
    "offer",
    "offer_for",
    "offers",
    "offers_for",
    "paid",
    "print_codes",
    "promise_coupons",
    "quote_coupons",
    "read_basket",
    "read_offer",
    "read_rules",
    "read_template",
    "redeem",
    "redemption",
    "redemption_for",
    "redemptions",
    "register_payments",
    "regroup",
    "return_coupons",
    "rule_versions",
    "rules",
    "set_offer_state",
    "set_template_state",
    "shown_code",
    "stock_of",
    "tell",
    "template",
    "templates",
    "unpaid",
    "use",
    "use_coupons",
    "uses_of",
]
