"""The demo's segments are made once, filled, and read like sentences."""

from datetime import datetime, timedelta

from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order

from siyu.app.context import Context
from siyu.app.demo.moving import stir
from siyu.app.demo.segments import BROWSING, stand_segments
from siyu.app.reacting import Reacting
from siyu.app.web import create_app
from siyu.engines.access import service as access
from siyu.intake.types import IdentifierClaim, Message
from siyu.rehearsal.types import WEBSITE, TrackingBatch
from siyu.segments import service as segments
from siyu.timeline import service as timeline

DAY = timedelta(days=1)


def test_are_made_once_and_filled(reporting_context: Context, tell: Told) -> None:
    tell(*[order("a", str(number), NOW, 30_000) for number in range(3)])
    for _ in range(2):
        stand_segments(reporting_context)
    with reporting_context.database.transaction() as conn:
        found = {one.name: one for one in segments.segments(conn)}
    assert len(found) == 8
    assert found["高价值客户"].people == 1
    assert found["高价值流失预警"].sentence_zh == "属于人群“高价值客户”，且距上次购买天数不少于 60"
    assert all(one.people is not None for one in found.values())


def test_some_come_into_a_segment_and_some_leave_it(reporting_context: Context, tell: Told) -> None:
    context, now = reporting_context, reporting_context.clock.now()
    with context.database.transaction() as conn:
        source = access.create_source(conn, access.system("tests"), name=WEBSITE, kind="web", now=now)
        key = access.create_write_key(conn, access.system("tests"), source.id, now).key
    tell(*[looked(source.id, user, number, NOW) for user in "ab" for number in range(4)])
    tell(*[looked(source.id, user, 0, NOW) for user in "cde"])
    exporter = timeline.Exporter(context.database, context.clickhouse)
    reacting = Reacting(context.database, context.clickhouse, context.clock)

    def settle() -> None:
        tell()
        while exporter.export_once() or reacting.run_once():
            pass

    settle()
    stand_segments(context)
    sent: list[TrackingBatch] = []

    def send(batch: TrackingBatch) -> int:
        sent.append(batch)
        answer = client.post(batch.path, json={"batch": batch.events}, auth=(key, ""))
        assert answer.status_code == 200
        assert not answer.json().get("rejected"), answer.json()
        return len(batch.events)

    with TestClient(create_app(context)) as client:  # which opens the door
        stir(context, send)
        settle()
    assert len(sent) == 1
    with context.database.transaction() as conn:
        (found,) = [one.id for one in segments.segments(conn) if one.name == BROWSING]
        (day,) = segments.moves(conn, context.clickhouse, found, NOW.date() - timedelta(days=9), NOW.date() + DAY)
    assert (day.entered, day.left) == (3, 2)


def looked(source: int, user: str, number: int, at: datetime) -> Message:
    claims = (IdentifierClaim("user_id", str(source), user),)
    payload = {"event": "Product Viewed", "properties": {}}
    return Message("track", source, f"{user}{number}", at, at, claims, payload)
