"""The shop as one customer sees it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.zone import here
from siyu.identity import service as identity
from siyu.kernel.errors import NotFound
from siyu.loyalty import service as loyalty
from siyu.rewards.rules import codes
from siyu.rewards.rules import offers as rules
from siyu.rewards.service.offers import pieces_of
from siyu.rewards.store import coupons, redemptions
from siyu.rewards.store import offers as tables
from siyu.rewards.store import templates as kinds
from siyu.rewards.types import Coupon, Offer, OfferShown, OthersCoupon, Redemption, RedemptionPage, Template

_MOST = 200


def offers_for(conn: Connection, customer_id: int, now: datetime) -> list[OfferShown]:
    """What is offered now or will be, with what is left of it and how many pieces of it this customer may still have.

    Those that are open come first, then those that begin later; of each the newest first.
    """
    living = identity.living(conn, customer_id)
    found = [one for one in tables.page(conn, ["live"], None, _MOST) if not rules.is_over(one, now)]
    shown = _shown(conn, found, living, now)
    return sorted(shown, key=lambda one: one.stands == "soon")


def offer_for(conn: Connection, customer_id: int, offer_id: int, now: datetime) -> OfferShown:
    """One offer, as :func:`offers_for` has it; also when its time is over.

    Raises:
        NotFound: there is no such offer, or nobody was ever shown it.
    """
    living = identity.living(conn, customer_id)
    found = tables.find(conn, offer_id)
    if found is None or found.state == "draft":
        raise NotFound(what="offer", what_zh="权益商品", key=offer_id)
    return _shown(conn, [found], living, now)[0]


def redemption_for(conn: Connection, customer_id: int, redemption_id: int) -> tuple[Redemption, Offer]:
    """A redemption of this customer, with what it is of.

    Raises:
        NotFound: they have none with this id.
    """
    found = redemptions.find(conn, redemption_id)
    if found is None or found.customer_id != identity.living(conn, customer_id):
        raise NotFound(what="redemption", what_zh="兑换记录", key=redemption_id)
    return found, _named(conn, [found.offer_id])[found.offer_id]


def named(conn: Connection, page: RedemptionPage) -> list[tuple[Redemption, Offer]]:
    """The redemptions of a page, each with what it is of."""
    offers = _named(conn, [one.offer_id for one in page.redemptions])
    return [(one, offers[one.offer_id]) for one in page.redemptions]


def coupon_for(conn: Connection, customer_id: int, coupon_id: int) -> tuple[Coupon, Template]:
    """A coupon of this customer.

    Raises:
        NotFound: there is no such coupon.
        OthersCoupon: it is somebody else's.
    """
    found = coupons.find(conn, [coupon_id], [])
    if not found:
        raise NotFound(what="coupon", what_zh="优惠券", key=coupon_id)
    if found[0].customer_id != identity.living(conn, customer_id):
        raise OthersCoupon
    return found[0], kinds.find_many(conn, {found[0].template_id})[found[0].template_id]


def shown_code(one: Coupon, of: Template) -> str:
    """The code that is shown for a coupon, as people read it: its own, or the one that all of the template share."""
    return codes.shown(one.code) if one.code else of.terms.shared_code or ""


def _named(conn: Connection, ids: Sequence[int]) -> dict[int, Offer]:
    return {one.id: one for one in tables.find_many(conn, set(ids))}


def _shown(conn: Connection, found: Sequence[Offer], living: int, now: datetime) -> list[OfferShown]:
    if not found:
        return []
    day = here(now).date()
    left = loyalty.balances(conn, [pieces_of(one) for one in found], now)
    taken = redemptions.taken_by(conn, [one.id for one in found], living, day)
    standing = loyalty.tier_of(conn, living)
    tier = standing.tier.code if standing else None
    return [
        OfferShown(
            offer=one,
            left=(pieces := max(has.balance, 0)),
            may=(may := rules.may_still(one.terms, tier, *taken.get(one.id, (0, 0)))),
            stands=rules.stands(one, tier, pieces, may, now),
        )
        for one, has in zip(found, left, strict=True)
    ]
