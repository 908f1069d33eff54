"""Who a visitor of a mini program is among the customers. Keep what is answered: the platform counts the questions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from siyu.channels.types import PlatformRefused, Recognised, Visitor
from siyu.channels.wecom.client import Client
from siyu.channels.wecom.errors import NO_CUSTOMERS

MOST_PENDING: Final = 100
_PENDING_LIFE: Final = timedelta(days=90)
_NO_SUCH_UNION: Final = 610014


def external_user_id(client: Client, union_id: str, open_id: str) -> str:
    """The customer behind a UnionID; both ids of the same mini program. Empty when they are none."""
    body = {"unionid": union_id, "openid": open_id}
    try:
        return client.post("externalcontact/unionid_to_external_userid", body).name("external_userid")
    except PlatformRefused as refusal:
        if refusal.errcode == NO_CUSTOMERS:
            return ""
        raise


def customer_or_pending(client: Client, union_id: str, open_id: str, *, provider: bool = False) -> tuple[str, str]:
    """The customer, or for who is none yet a pending id that lives 90 days; one of the two is empty.

    Args:
        client: the account.
        union_id: of the visitor.
        open_id: of the visitor, in the same mini program.
        provider: the mini program belongs to a provider and not to the corp.
    """
    body = {"unionid": union_id, "openid": open_id, "subject_type": int(provider)}
    answer = client.post("idconvert/unionid_to_external_userid", body)
    return answer.name("external_userid"), answer.name("pending_id")


def recognise(client: Client, visitor: Visitor) -> Recognised:
    """Which customer a visitor is; of a UnionID that means nothing to the corp: nobody."""
    try:
        contact_id, pending_id = customer_or_pending(client, visitor.union_id, visitor.open_id)
    except PlatformRefused as refusal:
        if refusal.errcode in {NO_CUSTOMERS, _NO_SUCH_UNION}:
            return Recognised()
        raise
    until = client.ports.clock.now() + _PENDING_LIFE if pending_id else None
    return Recognised(contact_id, pending_id, until)


def pending_ids(client: Client, contact_ids: Sequence[str], group_id: str = "") -> dict[str, str]:
    """The pending ids of up to 100 customers: links visitors of before with who came later."""
    body: dict[str, Any] = {"external_userid": list(contact_ids)}
    if group_id:
        body["chat_id"] = group_id
    answer = client.post("idconvert/batch/external_userid_to_pending_id", body)
    return {one.required("external_userid"): one.name("pending_id") for one in answer.rows("result")}
