"""Customers from hand to hand: of staff who stay, and of staff who left."""

from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, cursor_of, page
from siyu.rehearsal.platforms.wecom.types import Transfer

_DAYS: Final = 90 * 86_400


def _hindered(call: Call, handover: str, takeover: str, customer: str, *, resigned: bool) -> int:
    corp = call.corp
    if customer not in corp.state.people:
        return 40096
    if handover not in corp.followers(customer):
        return 40131
    mine = [one for one in corp.state.transfers if one.external_userid == customer]
    if any(one.status == 2 for one in mine):
        return 40129
    lately = [one for one in mine if one.status == 1 and one.asked_at > corp.now() - _DAYS and not one.resigned]
    if not resigned and len(lately) >= corp.rules.transfers:
        return 40128
    return 40130 if handover == takeover else 0


def _ask(call: Call, *, resigned: bool, customers: list[str]) -> list[dict[str, Any]]:
    handover, takeover = call.text("handover_userid", 41009), call.text("takeover_userid", 41009)
    if len(call.text("transfer_success_msg")) > 200:
        raise Errcode(40058, "transfer_success_msg has more than 200 characters")
    if call.serving(takeover).status != 1:
        raise Errcode(41054)
    leaving = call.corp.state.staff.get(handover)
    if leaving is None:
        raise Errcode(60111)
    if resigned != (leaving.status == 5):
        raise Errcode(40097 if resigned else 60111)
    answers, now = [], call.corp.now()
    for one in dict.fromkeys(customers):
        code = _hindered(call, handover, takeover, one, resigned=resigned)
        answers.append({"external_userid": one, "errcode": code})
        if not code:
            due = now + call.corp.rules.transfer_hours * 3600
            call.corp.state.transfers.append(Transfer(handover, takeover, one, now, due, resigned))
    return answers


@api("externalcontact/transfer_customer")
def transfer_customer(call: Call) -> dict[str, Any]:
    return {"customer": _ask(call, resigned=False, customers=call.texts("external_userid", 100))}


@api("externalcontact/resigned/transfer_customer")
def resigned_transfer_customer(call: Call) -> dict[str, Any]:
    return {"customer": _ask(call, resigned=True, customers=call.texts("external_userid", 100))}


@api("externalcontact/transfer")
def transfer(call: Call) -> dict[str, Any]:
    """The older way: one customer, whether the member left or not."""
    leaving = call.corp.state.staff.get(call.text("handover_userid", 41009))
    customer = call.text("external_userid", 41035)
    (answer,) = _ask(call, resigned=leaving is not None and leaving.status == 5, customers=[customer])
    if answer["errcode"]:
        raise Errcode(answer["errcode"])
    return {}


def _results(call: Call, *, resigned: bool) -> dict[str, Any]:
    call.corp.do_transfers()
    between = (call.text("handover_userid", 41009), call.text("takeover_userid", 41009))
    latest = {
        one.external_userid: one
        for one in call.corp.state.transfers
        if (one.handover, one.takeover) == between and one.resigned == resigned
    }
    ids, cursor = page(list(latest), call.text("cursor"), call.limit(1000))
    shown = [
        {"external_userid": one, "status": latest[one].status, "takeover_time": latest[one].takeover_time}
        for one in ids
    ]
    return {"customer": shown, "next_cursor": cursor}


@api("externalcontact/transfer_result")
def transfer_result(call: Call) -> dict[str, Any]:
    return _results(call, resigned=False)


@api("externalcontact/resigned/transfer_result")
def resigned_transfer_result(call: Call) -> dict[str, Any]:
    return _results(call, resigned=True)


@api("externalcontact/get_unassigned_list")
def get_unassigned_list(call: Call) -> dict[str, Any]:
    """Customers of staff who left, latest departure first; by cursor, or by number of the page."""
    waiting = {(one.handover, one.external_userid) for one in call.corp.state.transfers if one.status == 2}
    found = [
        (staff.left_at, userid, customer)
        for userid, staff in call.corp.state.staff.items()
        if staff.status == 5
        for customer in call.corp.customers_in_order(userid)
        if (userid, customer) not in waiting
    ]
    size = max(1, min(call.number("page_size", 1000), 1000))
    cursor = call.text("cursor")
    keys = {f"{10**12 - left:013d}/{userid}/{customer}": (left, userid, customer) for left, userid, customer in found}
    if not cursor and (skipped := call.number("page_id") * size):
        before = sorted(keys)[:skipped]
        cursor = cursor_of(before[-1]) if before else ""
        if len(before) < skipped:
            return {"info": [], "is_last": True, "next_cursor": ""}
    ids, following = page(list(keys), cursor, size)
    shown = [
        {"handover_userid": userid, "external_userid": customer, "dimission_time": left}
        for left, userid, customer in (keys[one] for one in ids)
    ]
    return {"info": shown, "is_last": not following, "next_cursor": following}
