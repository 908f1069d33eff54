"""Where customers are reached, and in whose name."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.store.addresses import served
from siyu.channels.store.staff import serving
from siyu.channels.types import Account, Address
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput

Tie: TypeAlias = tuple[datetime, str, str]
"""Since when, the member of staff, the contact."""


def addresses(
    conn: Connection, account: Account, way: str, customer_ids: Sequence[int], *, fallback: str = ""
) -> dict[int, Address]:
    """Where each of these customers is reached by a way of the account; who cannot be is absent.

    Where the way needs a tie, the member of staff is the one whose friend the customer was first and who still serves; of
    two at once, the one whose id comes first. Where the staff say it themselves it is the one who came last: they know
    the customer best. Where the way needs no tie, the customer only has to be known to the account.

    Args:
        conn: an open transaction.
        account: through which.
        way: one of its channel that reaches customers.
        customer_ids: as OneID knows them now.
        fallback: the member of staff who takes, by ways by hand, customers without a tie; nobody when empty, or when they
            do not serve here.

    Raises:
        BadInput: there is no such way, or it reaches no single customers.
    """
    about = registry.about(account.channel)
    declared = next((one for one in about.ways if one.name == way), None)
    if declared is None or declared.subject != "customer":
        known = ", ".join(sorted(one.name for one in about.ways if one.subject == "customer"))
        raise BadInput(
            reason=f"'{way}' does not reach single customers by {about.en}: use {known or 'another account'}.",
            reason_zh=f"{about.zh}的“{way}”方式无法触达单个客户：{known or '请更换账号'}。",
        )
    named = identity.values_of(conn, about.identity[0], account.external_id, customer_ids)
    if not declared.tie:
        return {customer_id: Address(value, "") for customer_id, value in reversed(named)}
    owners = {value: customer_id for customer_id, value in named}
    ties = [
        (owners[contact_id], (since, staff_id, contact_id))
        for contact_id, staff_id, since in served(conn, account.id, list(owners))
    ]
    if declared.by_hand:
        return _by_hand(conn, account, customer_ids, ties, fallback)
    first: dict[int, Tie] = {}
    for customer_id, found in ties:
        before = first.get(customer_id)
        if before is None or found < before:
            first[customer_id] = found
    return {customer_id: Address(contact_id, staff_id) for customer_id, (_, staff_id, contact_id) in first.items()}


def _by_hand(
    conn: Connection, account: Account, customer_ids: Sequence[int], ties: Sequence[tuple[int, Tie]], fallback: str
) -> dict[int, Address]:
    last: dict[int, Tie] = {}
    for customer_id, (since, staff_id, contact_id) in ties:
        held = last.get(customer_id)
        if staff_id and (held is None or (since, held[1]) > (held[0], staff_id)):
            last[customer_id] = (since, staff_id, contact_id)
    found = {one: Address(contact_id, staff_id) for one, (_, staff_id, contact_id) in last.items()}
    others = [one for one in customer_ids if one not in found]
    if fallback and others and fallback in serving(conn, account.id):
        found |= {one: Address(f"customer:{one}", fallback) for one in others}
    return found
