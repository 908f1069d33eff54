"""The relation ladder as data, and the one rule that reads it."""

from collections.abc import Iterable
from typing import Final

from siyu.customers.types import Basis, Layer, Rung


def ladder_of(repeat_purchases: int) -> tuple[Rung, ...]:
    """The rungs, lowest first; a repeat buyer has made ``repeat_purchases`` purchases or more."""
    return (
        Rung(Layer.PASSER_BY, "Passer-by", "路人", frozenset()),
        Rung(Layer.FOLLOWER, "Follower", "粉丝", frozenset({"follower", "subscriber", "fan"})),
        Rung(Layer.REPEAT_BUYER, "Repeat buyer", "复购客", frozenset(), min_orders=repeat_purchases),
        Rung(Layer.MEMBER_OR_GROUP, "Member or in a group", "会员/社群", frozenset({"member", "group_member"})),
        Rung(Layer.FRIEND, "Friend", "好友", frozenset({"friend"})),
    )


LADDER: Final = ladder_of(Basis().repeat_purchases)


def layer_of(relations: Iterable[str], purchases: int, ladder: tuple[Rung, ...] = LADDER) -> Layer:
    """The highest layer reached now, by the kinds of the relations that stand and the number of purchases."""
    standing = frozenset(relations)
    reached = [
        rung.layer for rung in ladder if standing & rung.relations or (rung.min_orders and purchases >= rung.min_orders)
    ]
    return max(reached, default=Layer.PASSER_BY)
