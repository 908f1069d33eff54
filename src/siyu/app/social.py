"""What customers are worth by those they brought, and who brought whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.members import service as members
from siyu.members.types import Referral

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class SocialValue:
    """What somebody is worth by whom they brought, in a first form: one level, and what was paid so far.

    Attributes:
        friends: how many first came by their invitation.
        buyers: how many of these bought.
        net_fen: what these paid less what went back; also what they bought before they came.
    """

    friends: int
    buyers: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class Referrals:
    """Who brought a customer, ``None``: nobody; the latest 50 whom they brought; and what these are worth."""

    came_by: Referral | None
    friends: tuple[Referral, ...]
    social: SocialValue


def social_values(conn: Connection, customer_ids: Sequence[int]) -> dict[int, SocialValue]:
    """By customer, what they are worth by those they brought; who brought nobody gets zeros.

    Args:
        conn: an open transaction.
        customer_ids: as OneID knows them now.
    """
    brought = members.friends_of(conn, customer_ids)
    ids = sorted({one.customer_id for found in brought.values() for one in found})
    spent = commerce.values_of(conn, ids, customers.basis(conn).purchase) if ids else {}
    values = {}
    for customer_id in customer_ids:
        own = [spent[one.customer_id] for one in brought.get(customer_id, ())]
        values[customer_id] = SocialValue(len(own), sum(one.orders > 0 for one in own), sum(one.net_fen for one in own))
    return values


def referrals(conn: Connection, customer_id: int) -> Referrals:
    """Who brought a customer and whom they brought, the newest first; ``customer_id`` as OneID knows them now."""
    friends = members.friends_of(conn, [customer_id]).get(customer_id, [])
    return Referrals(
        members.brought_by(conn, [customer_id]).get(customer_id),
        tuple(friends[:_SHOWN]),
        social_values(conn, [customer_id])[customer_id],
    )
