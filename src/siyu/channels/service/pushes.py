"""A push as a message in the intake's queue, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from siyu.channels.types import Account, Arrival, Departure, Grant, Push, Report, Scan, Spoken, Unwanted
from siyu.intake.types import Message
from siyu.kernel.clock import from_millis, to_millis

PUSH: Final = "push"  # the type of the message


def push_message(account: Account, push: Push, now: datetime) -> Message:
    """The message that keeps a push; the same push is the same message. Moments in it are milliseconds, UTC."""
    payload = {
        "account": account.id,
        "channel": account.channel,
        "event": push.event,
        "hints": [list(hint) for hint in push.hints],
        "departures": [
            {"staff_id": one.staff_id, "contact_id": one.contact_id, "by": one.by, "at": to_millis(one.at)}
            for one in push.departures
        ],
        "arrival": None if push.arrival is None else _arrival(push.arrival),
        "grants": [
            {
                "quota": one.quota,
                "subject_id": one.subject_id,
                "count": one.count,
                "until": None if one.until is None else to_millis(one.until),
            }
            for one in push.grants
        ],
        "reports": [
            {
                "handle": one.handle,
                "subject_id": one.subject_id,
                "ok": one.ok,
                "said": one.said,
                "said_zh": one.said_zh,
                "partly": one.partly,
            }
            for one in push.reports
        ],
        "spoken": [
            # Their tokens live for minutes: no secrets that outlast the queue.
            {"service_id": one.service_id, "token": one.token, "until": to_millis(one.until)}
            for one in push.spoken
        ],
        "unwanted": [{"contact_id": one.contact_id, "template_id": one.template_id} for one in push.unwanted],
        "codes": [list(one) for one in push.codes],
        "ailing": push.ailing,
        "scan": None if push.scan is None else {"contact_id": push.scan.contact_id, "state": push.scan.state},
    }
    return Message(PUSH, account.source_id, push.id, push.at, now, (), payload)


def read_push(message: Message) -> tuple[int, Push]:
    """The account's id and the push that a message keeps; inverse of :func:`push_message`."""
    said = message.payload
    push = Push(
        id=message.message_id,
        event=said["event"],
        at=message.occurred_at,
        hints=tuple((kind, id_) for kind, id_ in said["hints"]),
        departures=tuple(Departure(**{**one, "at": from_millis(one["at"])}) for one in said["departures"]),
        arrival=None if said["arrival"] is None else _read_arrival(said["arrival"]),
        grants=tuple(
            Grant(**{**one, "until": None if one["until"] is None else from_millis(one["until"])})
            for one in said["grants"]
        ),
        reports=tuple(Report(**one) for one in said.get("reports", ())),
        spoken=tuple(Spoken(**{**one, "until": from_millis(one["until"])}) for one in said.get("spoken", ())),
        unwanted=tuple(Unwanted(**one) for one in said.get("unwanted", ())),
        codes=tuple((handle, what) for handle, what in said.get("codes", ())),
        ailing=bool(said.get("ailing", False)),
        scan=None if said.get("scan") is None else Scan(**said["scan"]),
    )
    return said["account"], push


def _arrival(arrival: Arrival) -> dict[str, Any]:
    return {
        "staff_id": arrival.staff_id,
        "contact_id": arrival.contact_id,
        "code": arrival.code,  # it lives for seconds: no secret that outlasts the queue
        "until": to_millis(arrival.until),
        "state": arrival.state,
    }


def _read_arrival(said: Mapping[str, Any]) -> Arrival:
    return Arrival(**{**said, "until": from_millis(said["until"])})
