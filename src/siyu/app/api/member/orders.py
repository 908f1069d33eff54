"""A member's orders, from every shop."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.commerce import service as commerce
from siyu.commerce.types import Order, OrderStatus
from siyu.engines.http import ERROR_RESPONSES, Conn, Router
from siyu.members.http import Asking

router = Router(prefix="/member/v1/orders", tags=["members"], responses=ERROR_RESPONSES)


class OwnLine(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    title: str | None
    quantity: int
    paid_fen: int | None


class OwnOrder(BaseModel):
    platform: str
    shop: str
    order_no: str
    status: OrderStatus
    at: datetime
    paid_fen: int = Field(description="In fen; 0 while unpaid.")
    refunded_fen: int
    lines: list[OwnLine]


class OwnOrders(BaseModel):
    orders: list[OwnOrder] = Field(description="Newest first.")
    next: str | None


@router.get("")
def orders(
    member: Asking,
    conn: Conn,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> OwnOrders:
    """What they ordered, wherever that was."""
    page = commerce.orders_of(conn, member.customer_id, cursor=cursor, limit=limit)
    return OwnOrders(orders=[_order(one) for one in page.orders], next=page.next)


def _order(one: Order) -> OwnOrder:
    return OwnOrder(
        platform=one.platform,
        shop=one.shop,
        order_no=one.order_no,
        status=one.status,
        at=one.ordered_at,
        paid_fen=one.paid_fen,
        refunded_fen=one.refunded_fen,
        lines=[OwnLine.model_validate(line) for line in one.lines],
    )
