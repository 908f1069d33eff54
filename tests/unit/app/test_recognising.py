"""Visitors of the mini program turn out to be contacts of the corp: against the fake WeCom, on a real PostgreSQL."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from siyu.app import recognising, syncing
from siyu.app.context import Context
from siyu.app.pipeline import Pipeline
from siyu.app.syncing import Syncing
from siyu.channels import service
from siyu.channels.types import Account, Channel, Wanted
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows
from siyu.engines.settings import Settings
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp

KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
APP = "wx0123456789abcdef"
ACTOR = access.system("tests")
CONVERT = "idconvert/unionid_to_external_userid"


class Siyu:
    """The worker turned by hand, with a corp and a mini program."""

    def __init__(self, database: Database, clock: ManualClock, folder: Path, http: httpx.Client, url: str) -> None:
        self.database, self.clock, self.http = database, clock, http
        self.context = Context(Settings(data_folder=folder), database, cast("Any", None), clock)
        self.pipeline = Pipeline(database, clock, 500)
        self.syncing = Syncing(database, clock, self.opens)
        self.asked: Counter[str] = Counter()
        self.url = url

    def connect(self, channel: str, values: dict[str, str]) -> Account:
        with self.database.transaction() as conn:
            return service.connect_account(conn, ACTOR, channel=channel, values=values, now=self.clock.now())

    def opens(self, account: Account) -> Channel:
        def wait(seconds: float) -> None:
            self.clock.advance(timedelta(seconds=seconds))

        return service.open_account(self.database, account, self.clock, self.http, sleep=wait)

    def visit(self, account: Account, *people: tuple[str, str]) -> None:
        """They signed in to the mini program."""
        now = self.clock.now()
        self.put(
            [
                Message(
                    "identify", account.source_id, f"login {open_id}", now, now,
                    (IdentifierClaim("open_id", APP, open_id), IdentifierClaim("union_id", "", union)), {},
                )
                for union, open_id in people
            ]
        )  # fmt: skip

    def put(self, messages: list[Message]) -> None:
        with self.database.transaction() as conn:
            intake.put(conn, Lane.LIVE, messages)
        self.work()

    def work(self) -> None:
        while self.pipeline.run_once() or self.syncing.run_once():
            pass

    def recognise(self, corp: Account) -> tuple[int, int, str]:
        done = recognising.recognise(self.context, corp, self.opens)
        assert done is not None
        self.work()
        return done.asked, done.found, done.ended

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.transaction() as conn:
            return [tuple(row) for row in rows(conn, sql)]

    def customers(self, value: str) -> set[int]:
        with self.database.transaction() as conn:
            return {one.customer_id for one in identity.find(conn, value)}


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    return world.build(clock, staff=3, follows=6, groups=0, corp_id="ww0123456789abcdef")


@pytest.fixture
def siyu(database: Database, clock: ManualClock, tmp_path: Path, corp: Corp) -> Iterator[Siyu]:
    calls: Counter[str] = Counter()

    def count(request: httpx.Request) -> None:
        calls[request.url.path.removeprefix("/cgi-bin/")] += 1

    with (
        serving(create_app(corp)) as url,
        httpx.Client(trust_env=False, event_hooks={"request": [count]}) as http,
    ):
        siyu = Siyu(database, clock, tmp_path, http, url)
        siyu.asked = calls
        yield siyu


@pytest.fixture
def wecom(siyu: Siyu, corp: Corp) -> Account:
    return siyu.connect(
        "wecom",
        {
            "corp_id": corp.corp_id, "agent_id": "1000002", "secret": DEFAULT_SECRET, "callback_token": "token",
            "encoding_aes_key": KEY, "base_url": siyu.url,
        },
    )  # fmt: skip


@pytest.fixture
def mini(siyu: Siyu) -> Account:
    return siyu.connect("mini_program", {"app_id": APP, "app_secret": "s" * 32, "callback_token": "siyu"})


def customers_of(corp: Corp) -> list[Any]:
    return [one for one in corp.state.people.values() if one.unionid and corp.followers(one.external_userid)]


class TestVisitors:
    def test_each_is_asked_for_once(self, siyu: Siyu, wecom: Account, mini: Account, corp: Corp) -> None:
        corp.rules.shows_union = False
        syncing.reconcile(siyu.context, wecom.id, siyu.opens)
        siyu.work()
        one, other = customers_of(corp)[:2]
        siyu.visit(mini, (one.unionid, "oOne"), (other.unionid, "oOther"), ("ozNobody", "oNobody"))
        assert siyu.customers(one.unionid) != siyu.customers(one.external_userid)

        assert siyu.recognise(wecom) == (3, 2, "done")
        for person in (one, other):
            assert siyu.customers(person.unionid) == siyu.customers(person.external_userid)
        assert siyu.customers("ozNobody") == siyu.customers("oNobody")
        kept = siyu.rows("SELECT contact_id, pending_id <> '', pending_until FROM channels.id_mapping ORDER BY 1")
        assert kept[0] == ("", True, siyu.clock.now() + timedelta(days=90))
        assert {row[0] for row in kept[1:]} == {one.external_userid, other.external_userid}

        assert siyu.recognise(wecom) == (0, 0, "done")
        siyu.clock.advance(timedelta(days=1))
        assert siyu.recognise(wecom) == (0, 0, "done")
        assert siyu.asked[CONVERT] == 3
        assert siyu.rows("SELECT count(*) FROM intake.dead_letter") == [(0,)]

    def test_who_is_a_contact_already_is_not_asked_for(
        self, siyu: Siyu, wecom: Account, mini: Account, corp: Corp
    ) -> None:
        syncing.reconcile(siyu.context, wecom.id, siyu.opens)  # the mirror sees the UnionIDs
        siyu.work()
        known = customers_of(corp)[0]
        siyu.visit(mini, (known.unionid, "oOne"))
        assert siyu.customers("oOne") == siyu.customers(known.external_userid)
        assert siyu.recognise(wecom) == (0, 0, "done")
        assert siyu.asked[CONVERT] == 0

    def test_ids_of_another_app_are_not_asked_with(self, siyu: Siyu, wecom: Account, mini: Account) -> None:
        del mini
        now = siyu.clock.now()
        claims = (IdentifierClaim("open_id", "wxffffffffffffffff", "oX"), IdentifierClaim("union_id", "", "ozX"))
        siyu.put([Message("identify", wecom.source_id, "x", now, now, claims, {})])
        assert siyu.recognise(wecom) == (0, 0, "done")

    def test_no_more_than_the_quota(self, siyu: Siyu, wecom: Account, mini: Account) -> None:
        siyu.visit(mini, *[(f"ozU{n:03}", f"oO{n:03}") for n in range(150)])
        with siyu.database.transaction() as conn:
            service.reserve(conn, wecom, [Wanted("k", ("union_id",), "", count=99_880)], siyu.clock.now())
        assert siyu.recognise(wecom) == (100, 0, "quota")
        assert siyu.asked[CONVERT] == 100
        siyu.clock.advance(timedelta(hours=1))
        assert siyu.recognise(wecom) == (50, 0, "done")

    def test_what_was_answered_before_it_broke_is_kept(
        self, siyu: Siyu, wecom: Account, mini: Account, corp: Corp
    ) -> None:
        siyu.visit(mini, *[(f"ozU{n:03}", f"oO{n:03}") for n in range(8)])
        corp.faults.refusals.append(Refusal(610016, path=CONVERT))
        assert siyu.recognise(wecom) == (0, 0, "refused")
        assert siyu.asked[CONVERT] == 3
        corp.faults.refusals[:] = [Refusal(610014, path=CONVERT, times=1)]
        assert siyu.recognise(wecom) == (8, 0, "done")
        assert siyu.rows("SELECT count(*) FROM channels.id_mapping WHERE pending_id = ''") == [(1,)]
        assert siyu.recognise(wecom) == (0, 0, "done")

    def test_after_ninety_days_they_are_asked_for_again(self, siyu: Siyu, wecom: Account, mini: Account) -> None:
        siyu.visit(mini, ("ozU", "oO"))
        assert siyu.recognise(wecom) == (1, 0, "done")
        siyu.clock.advance(timedelta(days=90))
        assert siyu.recognise(wecom) == (1, 0, "done")


class TestNewcomers:
    def test_a_visitor_who_comes_later_is_known_again(
        self, siyu: Siyu, wecom: Account, mini: Account, corp: Corp
    ) -> None:
        corp.rules.shows_union = False
        siyu.visit(mini, ("ozLater", "oLater"))
        assert siyu.recognise(wecom) == (1, 0, "done")
        siyu.clock.advance(timedelta(days=3))
        person = corp.new_person("小雨", unionid="ozLater").external_userid
        stranger = corp.new_person("小雪").external_userid
        for one in (person, stranger):
            corp.customer_adds(one, "staff0001")
        syncing.reconcile(siyu.context, wecom.id, siyu.opens)
        siyu.work()
        assert siyu.customers("ozLater") != siyu.customers(person)
        assert siyu.recognise(wecom) == (0, 1, "done")
        assert siyu.customers("ozLater") == siyu.customers("oLater") == siyu.customers(person)
        assert siyu.customers(stranger) != siyu.customers(person)
        assert siyu.recognise(wecom) == (0, 0, "done")
        assert siyu.asked["idconvert/batch/external_userid_to_pending_id"] == 1


def test_one_process_at_a_time(siyu: Siyu, wecom: Account) -> None:
    with syncing.alone(siyu.database, recognising._LOCK, wecom.id):
        assert recognising.recognise(siyu.context, wecom, siyu.opens) is None


def test_every_active_corp_is_gone_through(siyu: Siyu, wecom: Account, mini: Account) -> None:
    siyu.visit(mini, ("ozU", "oO"))
    with siyu.database.transaction() as conn:
        service.pause_account(conn, ACTOR, wecom.id, siyu.clock.now())
    recognising.recognise_all(siyu.context)
    assert siyu.rows("SELECT count(*) FROM channels.id_mapping") == [(0,)]
