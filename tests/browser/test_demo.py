"""``siyu demo``: the whole brand with its WeCom, official account and mini program, stopped half-way, begun again, alive."""

import json
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import psutil
import pytest
from scripts.pictures import Demo
from sqlalchemy import Connection
from tests.browser.conftest import PEOPLE
from tests.running import Siyu
from tests.stories.speaking import eventually

from siyu.app.place import NotRunning
from siyu.channels import service as channels
from siyu.identity import service as identity
from siyu.kernel.errors import NotFound
from siyu.members import service as members
from siyu.rehearsal import identifiers
from siyu.rehearsal import service as rehearsal
from siyu.rehearsal.accounts import make_accounts
from siyu.rehearsal.types import CORP, Brand

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def begun(demo: Demo) -> Siyu:
    """Start it and wait until Siyu answers; the fill goes on."""
    demo.begin()
    assert demo.process is not None
    siyu = Siyu(demo.data, demo.port, demo.process)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert demo.process.poll() is None, demo.said()
        try:
            _ = siyu.running
            return siyu
        except NotRunning:
            time.sleep(0.05)
    raise TimeoutError(demo.said())


def marker(folder: Path) -> dict[str, Any]:
    path = folder / "demo.json"
    return json.loads(path.read_text()) if path.exists() else {}  # type: ignore[no-any-return]


def fakes(siyu: Siyu) -> list[psutil.Process]:
    found = []
    for one in psutil.Process(siyu.process.pid).children():
        with suppress(psutil.NoSuchProcess):  # it ended a moment ago
            if one.status() != psutil.STATUS_ZOMBIE and "wecom" in one.cmdline():
                found.append(one)
    return found


def control(folder: Path, path: str, **body: Any) -> Any:
    url = f"http://127.0.0.1:{marker(folder)['port']}/_control/{path}"
    if body:
        return httpx.post(url, json=body, timeout=10, trust_env=False).raise_for_status().json()
    return httpx.get(url, timeout=10, trust_env=False).raise_for_status().json()


def test_a_demo_with_its_wecom(demo: Demo) -> None:
    assert demo.process is None  # it comes before all who live of the brand
    siyu, data = begun(demo), demo.data

    # Ctrl-C in the middle of the fill ends it within seconds.
    assert eventually(lambda: marker(data).get("imported"), bool, within=90)
    before = time.monotonic()
    demo.end()
    assert time.monotonic() - before < 25
    assert not marker(data)["done"]

    # It goes on, and is done; the same corp is there.
    siyu = begun(demo)
    assert eventually(lambda: marker(data).get("done"), bool, within=150), demo.said()
    siyu.drain()
    check_what_siyu_found(siyu)
    check_the_accounts(siyu)
    check_what_it_says(siyu)

    # What was done to the corp outlasts the death of its process, and that of Siyu.
    (fake,) = fakes(siyu)
    control(data, "acts/new_person", name="访客", external_userid="wmvisitor")
    control(data, "acts/customer_adds", external_userid="wmvisitor", userid="yunxiu001")
    with siyu.context() as context, context.database.transaction() as conn:
        account = next(one for one in channels.accounts(conn) if one.channel == "wecom")
    found = eventually(lambda: contact(siyu, account.id, "wmvisitor"), bool)
    assert [one.staff_id for one in found.follows] == ["yunxiu001"]
    fake.terminate()
    assert eventually(lambda: [one.pid for one in fakes(siyu)], lambda pids: pids and pids != [fake.pid], within=60)
    assert eventually(lambda: knows(data, "wmvisitor"), bool, within=60)
    (fake,) = fakes(siyu)
    demo.end()
    assert psutil.pid_exists(fake.pid) is False
    siyu = begun(demo)
    assert eventually(lambda: knows(data, "wmvisitor"), bool, within=60)
    assert "is here already" in eventually(demo.said, lambda text: "is here already" in text, within=60)
    assert marker(data)["stirred"]  # once in its life, at the end of the fill or now


def check_what_siyu_found(siyu: Siyu) -> None:
    """Everybody is one person, nobody two, and the ladder has friends and group members."""
    said = marker(siyu.folder)
    brand = rehearsal.build(said["seed"], said["people"], said["days"], datetime.fromisoformat(said["end"]))
    with siyu.context() as context, context.database.transaction() as conn:
        owners: dict[int, set[int]] = {}
        for person in range(len(brand.people)):
            for one in identity.find(conn, identifiers.wecom_id(brand, person), "external_userid"):
                owners.setdefault(one.customer_id, set()).add(person)
        account, official, program = channels.accounts(conn)
        assert [one.channel for one in (account, official, program)] == ["wecom", "official_account", "mini_program"]
        check_that_accounts_are_one(conn, brand)
        now = context.clock.now()
        served = sum(one.contacts for one in channels.workload(conn, account.id, now, now))
        assert len(channels.group_list(conn, account.id, now, now)) == PEOPLE // 100
        assert members.count_brought(conn, now - timedelta(days=1), now) > 5  # friends of the first member
        health = channels.health_of_accounts(conn)
        codes = {one.state: one for one in channels.code_list(conn)}
        figures = channels.code_figures(
            conn, codes.values(), since=now - timedelta(days=200), until=now, now=now, zone=ZoneInfo("Asia/Shanghai")
        )
    with siyu.client(siyu.api_key()) as api:
        ladder = api.get("/api/v1/overview").raise_for_status().json()["overview"]["ladder"]
    on = {layer["layer"]: layer["customers"] for layer in ladder}
    assert abs(on[4] - brand.people.wecom.sum()) < 20  # friends of staff
    assert on[3] > 0  # members, and who is in a group
    assert account.external_id == CORP
    assert [one.id for one in (account, official, program) if not health[one.id].ok] == [], health
    assert {state: one.open for state, one in codes.items()} == {
        "store_01": True,
        "parcel_card": True,
        "group_001": True,
        "mp_store_01": True,
    }
    assert all(figures[one.id].added > 4 for one in codes.values()), figures
    assert abs(served - PEOPLE) < 20  # and a few who came and went meanwhile
    assert figures[codes["mp_store_01"].id].scanned > 0
    assert len(owners) >= brand.people.wecom.sum() - 3
    assert [people for people in owners.values() if len(people) > 1] == []


def check_that_accounts_are_one(conn: Connection, brand: Brand) -> None:
    """Who is a friend, follows the official account and uses the mini program is one customer, with their phone."""
    official, _ = make_accounts(brand)
    for one in official.truth().values():
        ids = [("open_id", one.open_id), ("union_id", one.union_id)]
        assert len({holder for kind, value in ids for holder in holders(conn, kind, value)}) == 1, one
    whole, known = 0, 0
    for person in np.flatnonzero(brand.people.wecom & brand.people.mini).tolist():
        friend = holders(conn, "external_userid", identifiers.wecom_id(brand, person))
        follower = holders(conn, "open_id", identifiers.follower_id(brand, person))
        user = holders(conn, "open_id", identifiers.open_id(brand, person))
        if not (friend and follower and user):  # who never signed in to the mini program is not known by it
            continue
        assert friend == follower, person
        # A visit that said no UnionID, on the tablet of a family, may stand apart.
        known += 1
        whole += user == friend == holders(conn, "phone", str(int(brand.people.phone[person])))
    assert whole > 5
    assert whole > 0.6 * known


def holders(conn: Connection, kind: str, value: str) -> set[int]:
    return {one.customer_id for one in identity.find(conn, value, kind)}


def check_the_accounts(siyu: Siyu) -> None:
    """What people did lately came through the door: windows are open, messages allowed, and some were sent."""
    with siyu.context() as context, context.database.transaction() as conn:
        _, official, program = channels.accounts(conn)
        now = context.clock.now()
        used = {
            (account.id, one.quota): one for account in (official, program) for one in channels.used(conn, account, now)
        }
    assert (used[official.id, "custom"].left or 0) > 20  # for those who wrote
    assert (used[official.id, "notice"].left or 0) > 10
    assert (used[program.id, "notice"].left or 0) > 10


def check_what_it_says(siyu: Siyu) -> None:
    """Its journeys run with people in them, and the gate has decided about each, some of whom are left alone."""
    with siyu.client(siyu.api_key()) as api:

        def running() -> dict[str, Any]:
            return {one["key"]: one for one in api.get("/api/v1/journeys").raise_for_status().json()}

        found = eventually(running, lambda rows: rows["members-day"]["entered"] > 0, within=60)
        assert {key: one["state"] for key, one in found.items()} == dict.fromkeys(
            ("new-friends", "thanks", "members-day", "birthdays"), "running"
        )

        def touches() -> list[dict[str, Any]]:
            query = {"programme_id": found["members-day"]["programme_id"], "limit": 200}
            listed: list[dict[str, Any]] = api.get("/api/v1/touch/touches", params=query).raise_for_status().json()
            return listed

        decided = eventually(touches, lambda rows: len(rows) >= found["members-day"]["entered"], within=60)
        assert {one["state"] for one in decided} <= {"waiting", "queued", "waits_for_staff", "sent", "dropped"}
        news = api.get("/api/v1/touch/announcements").raise_for_status().json()
        assert [one["name"] for one in news] == ["会员日预告"]


def contact(siyu: Siyu, account_id: int, contact_id: str) -> Any:
    with siyu.context() as context, context.database.transaction() as conn:
        try:
            return channels.contact_follows(conn, account_id, contact_id)
        except NotFound:
            return None


def knows(folder: Path, external_userid: str) -> bool:
    try:
        truth = control(folder, "truth")
    except httpx.HTTPError:
        return False
    return any(one["external_userid"] == external_userid for one in truth["follows"])
