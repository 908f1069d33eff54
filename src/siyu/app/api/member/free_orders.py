"""A member's orders in free-order draws: which take part, what was published beforehand, and what became of them."""

from datetime import datetime

from pydantic import BaseModel, Field

from siyu.draws import service as draws
from siyu.draws.types import OrderPart, TakingPart
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.members.http import Asking

router = Router(prefix="/member/v1", tags=["members"], responses=ERROR_RESPONSES)


class OwnOrderPart(BaseModel):
    platform: str
    order_no: str
    fen: int = Field(description="What it comes to, refunds taken off.")
    place: int | None = Field(description="By the draw, from 1; null: it is not drawn yet.")
    given: int = Field(description="How much of the unit it got.")
    taken: int = Field(description="How much of that went back when it was refunded.")


class OwnFreeOrders(BaseModel):
    id: int
    name: str
    opens_at: datetime
    closes_at: datetime = Field(description="Orders bought before then take part.")
    draws_at: datetime
    winners: int = Field(description="How many orders are given back.")
    unit: str
    per_yuan: int | None = Field(description="So much of the unit for each yuan of the order; null: `amount`.")
    amount: int | None
    most_fen: int = Field(description="No more than this of an order is given back.")
    least_fen: int = Field(description="Only orders that come to so much take part.")
    seed_hash: str = Field(description="SHA-256 of the seed, told before the draw.")
    seed: str | None = Field(description="In hexadecimal; null until it is drawn.")
    ended_at: datetime | None
    entries: int = Field(description="How many orders took part in all; 0 before it is drawn.")
    orders: list[OwnOrderPart] = Field(description="Their own.")


@router.get("/free_orders")
def free_orders(member: Asking, conn: Conn, now: Now) -> list[OwnFreeOrders]:
    """Free-order draws that have begun or ended lately, newest first, with the orders of theirs that take part."""
    return [_shown(one) for one in draws.free_orders_for(conn, member.customer_id, now)]


def _shown(one: TakingPart) -> OwnFreeOrders:
    rule = one.rule
    terms = (
        "name",
        "opens_at",
        "closes_at",
        "draws_at",
        "winners",
        "unit",
        "per_yuan",
        "amount",
        "most_fen",
        "least_fen",
    )
    return OwnFreeOrders(
        id=one.round.id,
        seed_hash=one.round.seed_hash,
        seed=one.round.seed,
        ended_at=one.round.ended_at,
        entries=one.entries,
        orders=[_part(part) for part in one.orders],
        **{name: getattr(rule, name) for name in terms},
    )


def _part(one: OrderPart) -> OwnOrderPart:
    return OwnOrderPart(
        platform=one.order.partition(":")[0],
        order_no=one.order.rpartition(":")[2],
        fen=one.fen,
        place=one.place or None,
        given=one.given,
        taken=one.taken,
    )
