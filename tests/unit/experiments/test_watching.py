"""Harm, counted from facts, once a person, since their exposure; and the alarm."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.experiments import service
from siyu.experiments.types import HarmCount, Programme
from siyu.kernel.fact import Fact
from siyu.timeline.columns import aliases_to_table, facts_to_table

Start = Callable[..., Programme]
_entries = count(1)


def tell(client: Client, *facts: Fact) -> None:
    entry = next(_entries)
    client.insert("facts", facts_to_table(entry, facts, 0), token=f"watching-{entry}")


def did(customer: int, kind: str, at: datetime, name: str = "", **properties: Any) -> Fact:
    return Fact(kind, customer, customer + 100_000, at, name=name, properties=properties)


def groups(conn: Connection, programme: Programme, people: range, at: datetime) -> tuple[list[int], list[int]]:
    places = service.assign(conn, programme.id, people, at, expose=True)
    by = {kind: [one for one, place in places.items() if place.group == kind] for kind in ("treated", "control")}
    return by["treated"], by["control"]


def test_what_counts_as_harm(conn: Connection, empty: Client, now: datetime, start: Start) -> None:
    programme = start(conn, control_bp=5000)
    treated, control = groups(conn, programme, range(1, 101), now)
    later = now + timedelta(days=1)
    tell(
        empty,
        did(treated[0], "friend.deleted", later, by="customer"),
        did(treated[0], "friend.deleted", later, by="unknown"),  # once a person
        did(treated[1], "friend.deleted", later, by="transfer"),
        did(treated[2], "friend.deleted", later, by="left"),
        did(treated[3], "friend.deleted", now - timedelta(days=1), by="customer"),  # before the exposure
        did(treated[4], "friend.deleted", now + timedelta(days=9), by="customer"),  # after the look
        did(control[0], "friend.deleted", now, by="customer"),
        did(control[1], "chat.left", later),
        did(treated[5], "account.unfollowed", later),
        did(treated[6], "consent.changed", later, channel="all", purpose="marketing", state="denied", before="granted"),
        did(treated[7], "consent.changed", later, channel="all", purpose="marketing", state="granted", before="denied"),
        did(treated[8], "event.tracked", later, "Complaint Made"),
        did(treated[16], "touch.complained", later, touch=1),
        did(treated[9], "event.tracked", later, "Sender Blocked"),
        did(treated[10], "event.tracked", later, "Product Viewed"),
        did(treated[11], "sender.blocked", later, account=1),  # as channels tell it
        did(treated[12], "notice.refused", later, account=1, template="t"),
        did(treated[13], "friend.deleted", later, by="staff"),  # not what the people did
        did(treated[14], "friend.deleted", later, by="account"),
        did(treated[15], "account.unfollowed", later, by="account"),
        did(50_000, "chat.left", later),  # not exposed
    )
    until = now + timedelta(days=5)
    assert service.harm_counts(conn, empty, programme.id, until) == [
        HarmCount("deleted", 5000, 1, 1),
        HarmCount("unfollowed", 5000, 1, 0),
        HarmCount("left", 5000, 0, 1),
        HarmCount("blocked", 5000, 2, 0),
        HarmCount("unsubscribed", 5000, 2, 0),
        HarmCount("complained", 5000, 2, 0),
    ]
    assert service.harm_counts(conn, empty, programme.id, until, days=1) == [HarmCount("deleted", 5000, 0, 1)]
    assert service.harm_counts(conn, empty, start(conn, "journey:2").id, until) == []


def test_platforms_tell_whole_seconds(conn: Connection, empty: Client, now: datetime, start: Start) -> None:
    """Who deletes half a second after the exposure has their moment told as one before it."""
    programme = start(conn, control_bp=5000)
    treated, control = groups(conn, programme, range(1, 101), now + timedelta(milliseconds=700))
    tell(
        empty,
        did(treated[0], "friend.deleted", now, by="customer"),
        did(control[0], "friend.deleted", now, by="customer"),
        did(treated[1], "friend.deleted", now - timedelta(milliseconds=1), by="customer"),  # of the second before
    )
    assert service.harm_counts(conn, empty, programme.id, now + timedelta(days=1)) == [HarmCount("deleted", 5000, 1, 1)]


def test_merged_and_mixed_people(conn: Connection, empty: Client, now: datetime, start: Start) -> None:
    programme = start(conn, control_bp=5000)
    treated, control = groups(conn, programme, range(1, 101), now)
    later = now + timedelta(days=1)
    tell(empty, *(did(one, "chat.left", later) for one in (treated[0], treated[1], treated[2], control[0])))
    pairs = [tuple(sorted(pair, reverse=True)) for pair in ((treated[0], treated[1]), (treated[2], control[0]))]
    service.reassign(conn, [(loser, winner) for loser, winner in pairs])
    empty.insert("alias", aliases_to_table(next(_entries), [(a, b) for a, b in pairs]), token=f"alias-{next(_entries)}")
    empty.run("SYSTEM RELOAD DICTIONARY alias_map")
    assert service.harm_counts(conn, empty, programme.id, later) == [HarmCount("left", 5000, 1, 0)]


def test_a_harmful_programme_is_past_the_limit(conn: Connection, empty: Client, now: datetime, start: Start) -> None:
    programme = start(conn)
    treated, control = groups(conn, programme, range(1, 8001), now)
    later = now + timedelta(days=1)
    tell(empty, *(did(one, "friend.deleted", later, by="customer") for one in treated[::50]))
    quiet = service.watch(conn, empty, programme.id, now)
    assert (quiet.alarm, quiet.evidence, quiet.treated, quiet.control) == (
        False,
        pytest.approx(1),
        len(treated),
        len(control),
    )
    loud = service.watch(conn, empty, programme.id, later)
    assert loud.alarm
    assert loud.harms[0].kind == "deleted"
    assert loud.harms[0].treated_rate == pytest.approx(0.02, abs=0.001)
    assert loud.harms[0].low > 1
    assert loud.harms[0].high is None
    # As many of those who were left alone: nothing to do with the programme.
    tell(empty, *(did(one, "friend.deleted", later, by="customer") for one in control[::50]))
    calm = service.watch(conn, empty, programme.id, later)
    assert not calm.alarm
    assert calm.evidence < loud.evidence


def test_what_is_tolerated(now: datetime) -> None:
    del now
    counts = [HarmCount("deleted", 1000, 400, 20)]
    assert service.weigh([(1000, 9000, 1000)], counts).alarm
    assert not service.weigh([(1000, 9000, 1000)], counts, tolerated=2.5).alarm


def test_without_a_control_group_it_is_blind(conn: Connection, empty: Client, now: datetime, start: Start) -> None:
    programme = start(conn, control_bp=0)
    service.assign(conn, programme.id, range(1, 101), now, expose=True)
    found = service.watch(conn, empty, programme.id, now)
    assert (found.blind, found.alarm, found.harms) == (True, False, ())
    assert not service.watch(conn, empty, start(conn, "journey:2").id, now).alarm
