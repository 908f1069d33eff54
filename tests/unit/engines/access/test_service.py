import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection

from siyu.engines.access import service
from siyu.engines.access.types import LinkSpent, Operator, Role, SignedIn, SignInFailed, SignInRefused, WeakPassword
from siyu.engines.postgres import Database, rows, run, scalar
from siyu.kernel.errors import BadInput, Conflict, NotAllowed

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LOGIN, PASSWORD = "owner@shop.cn", "correct horse battery"
ROOT = service.system("test")


def make_owner(conn: Connection) -> Operator:
    token = service.create_first_owner_link(conn, NOW)
    assert token
    return service.redeem(conn, token, LOGIN, PASSWORD, NOW)


def attempt(conn: Connection, now: datetime, password: str = PASSWORD, login: str = LOGIN) -> SignedIn | SignInRefused:
    return service.sign_in(conn, login=login, password=password, now=now)


class TestFirstOwner:
    def test_link_works_once(self, conn: Connection) -> None:
        token = service.create_first_owner_link(conn, NOW)
        assert token
        owner = service.redeem(conn, token, LOGIN, PASSWORD, NOW)
        assert (owner.login, owner.roles) == (LOGIN, (Role.OWNER,))
        assert service.create_first_owner_link(conn, NOW) is None
        with pytest.raises(LinkSpent):
            service.redeem(conn, token, "other", PASSWORD, NOW)

    def test_link_lives_for_a_day(self, conn: Connection) -> None:
        token = service.create_first_owner_link(conn, NOW)
        assert token
        with pytest.raises(LinkSpent):
            service.redeem(conn, token, LOGIN, PASSWORD, NOW + timedelta(hours=24))

    def test_a_weak_password_does_not_use_the_link_up(self, conn: Connection) -> None:
        token = service.create_first_owner_link(conn, NOW)
        assert token
        with pytest.raises(WeakPassword):
            service.redeem(conn, token, LOGIN, "short", NOW)
        assert service.redeem(conn, token, LOGIN, PASSWORD, NOW)

    def test_two_links_at_once_make_one_owner(self, database: Database) -> None:
        with database.transaction() as conn:
            tokens = [service.create_first_owner_link(conn, NOW) or "" for _ in range(4)]
        outcomes: list[str] = []

        def use(n: int) -> None:
            try:
                with database.transaction() as conn:
                    service.redeem(conn, tokens[n], f"owner{n}", PASSWORD, NOW)
                outcomes.append("owner")
            except LinkSpent:
                outcomes.append("spent")

        threads = [threading.Thread(target=use, args=(n,)) for n in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert sorted(outcomes) == ["owner", "spent", "spent", "spent"]

    def test_only_hashes_are_stored(self, conn: Connection) -> None:
        token = service.create_first_owner_link(conn, NOW)
        assert token
        assert token not in str(rows(conn, "SELECT * FROM access.link"))
        service.redeem(conn, token, LOGIN, PASSWORD, NOW)
        signed_in = attempt(conn, NOW)
        assert isinstance(signed_in, SignedIn)
        kept = str(rows(conn, "SELECT * FROM access.session")) + str(rows(conn, "SELECT * FROM access.operator"))
        assert signed_in.token not in kept
        assert PASSWORD not in kept
        assert "$argon2id$" in kept


class TestSignIn:
    def test_waits_grow_and_success_forgets(self, conn: Connection) -> None:
        make_owner(conn)
        now = NOW
        for _ in range(5):
            refused = attempt(conn, now, "wrong")
        assert refused == SignInRefused(retry_after=5)
        assert attempt(conn, now) == SignInRefused(retry_after=6)  # even the right one waits
        now += timedelta(seconds=5)
        assert attempt(conn, now, "wrong") == SignInRefused(retry_after=10)
        now += timedelta(seconds=10)
        assert isinstance(attempt(conn, now), SignedIn)
        assert attempt(conn, now, "wrong") == SignInRefused(retry_after=0)

    def test_old_failures_are_forgotten(self, conn: Connection) -> None:
        make_owner(conn)
        for _ in range(5):
            attempt(conn, NOW, "wrong")
        assert attempt(conn, NOW + timedelta(days=2), "wrong") == SignInRefused(retry_after=0)

    def test_strangers_cannot_fill_tables(self, conn: Connection) -> None:
        for n in range(30):
            attempt(conn, NOW, login=f"nobody{n}")
        attempt(conn, NOW + timedelta(days=2), login="later1")
        attempt(conn, NOW + timedelta(days=2), login="later2")
        assert scalar(conn, "SELECT count(*) FROM access.attempt") == 2
        assert service.audit_page(conn) == []

    def test_attempts_at_once_do_not_slip_past_the_count(self, database: Database) -> None:
        with database.transaction() as conn:
            make_owner(conn)
        outcomes: list[SignedIn | SignInRefused] = []

        def guess() -> None:
            with database.transaction() as conn:
                outcomes.append(attempt(conn, NOW, "wrong"))

        threads = [threading.Thread(target=guess) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        with database.transaction() as conn:
            assert scalar(conn, "SELECT failures FROM access.attempt") == 5

    def test_unknown_login_takes_as_long_as_a_known_one(self, conn: Connection) -> None:
        make_owner(conn)
        attempt(conn, NOW, login="warm-up")

        def seconds(login: str) -> float:
            start = time.process_time()
            attempt(conn, NOW, "wrong", login)
            return time.process_time() - start

        known = min(seconds(LOGIN) for _ in range(4))
        unknown = min(seconds(f"nobody{n}") for n in range(4))
        assert unknown > known / 2

    @pytest.mark.parametrize("login", ["", "a\x00", "x" * 500, "\ud800"])
    def test_odd_logins_are_refused(self, conn: Connection, login: str) -> None:
        assert attempt(conn, NOW, login=login) == SignInRefused(retry_after=0)

    def test_odd_password_is_refused(self, conn: Connection) -> None:
        make_owner(conn)
        assert attempt(conn, NOW, "\ud800\x00") == SignInRefused(retry_after=0)


class TestSession:
    def test_seven_days_at_most(self, conn: Connection) -> None:
        make_owner(conn)
        signed_in = attempt(conn, NOW)
        assert isinstance(signed_in, SignedIn)
        now = NOW
        while service.authenticate_session(conn, signed_in.token, now):
            now += timedelta(hours=6)
        assert timedelta(days=7) <= now - NOW <= timedelta(days=7, hours=6)

    def test_disabled_operator_is_out_at_once(self, conn: Connection) -> None:
        make_owner(conn)
        staff = service.create_operator(
            conn, ROOT, login="li", name="Li", roles=[Role.STAFF], password=PASSWORD, now=NOW
        )
        signed_in = attempt(conn, NOW, login="li")
        assert isinstance(signed_in, SignedIn)
        service.update_operator(conn, ROOT, staff.id, now=NOW, disabled=True)
        assert service.authenticate_session(conn, signed_in.token, NOW) is None
        assert isinstance(attempt(conn, NOW, login="li"), SignInRefused)
        service.update_operator(conn, ROOT, staff.id, now=NOW, disabled=False)
        assert isinstance(attempt(conn, NOW, login="li"), SignedIn)

    def test_password_change_ends_the_others(self, conn: Connection) -> None:
        make_owner(conn)
        here, there = attempt(conn, NOW), attempt(conn, NOW)
        assert isinstance(here, SignedIn)
        assert isinstance(there, SignedIn)
        with pytest.raises(SignInFailed):
            service.change_password(conn, here.principal, old="wrong", new="a new long one", now=NOW)
        service.change_password(
            conn, here.principal, old=PASSWORD, new="a new long one", now=NOW, keep_session=here.token
        )
        assert service.authenticate_session(conn, here.token, NOW)
        assert service.authenticate_session(conn, there.token, NOW) is None


class TestApiKey:
    def test_expires(self, conn: Connection) -> None:
        until = NOW + timedelta(days=1)
        made = service.create_api_key(conn, ROOT, name="bi", scopes=["insight.read"], now=NOW, expires_at=until)
        principal = service.authenticate_key(conn, made.token, NOW)
        assert principal
        assert (principal.actor, principal.rights) == (f"key:{made.id}", {"insight.read"})
        assert service.authenticate_key(conn, made.token, until) is None

    def test_needs_the_right(self, conn: Connection) -> None:
        made = service.create_api_key(conn, ROOT, name="bi", scopes=["insight.read"], now=NOW)
        key = service.authenticate_key(conn, made.token, NOW)
        assert key
        with pytest.raises(NotAllowed):
            service.create_api_key(conn, key, name="more", scopes=["insight.read"], now=NOW)

    @pytest.mark.parametrize("changed", [{"name": " "}, {"expires_at": NOW}, {"scopes": []}])
    def test_nonsense(self, conn: Connection, changed: dict[str, object]) -> None:
        given: dict[str, object] = {"name": "bi", "scopes": ["insight.read"], **changed}
        with pytest.raises(BadInput):
            service.create_api_key(conn, ROOT, now=NOW, **given)  # type: ignore[arg-type]


class TestSources:
    def test_name_is_unique(self, conn: Connection) -> None:
        service.create_source(conn, ROOT, name="web", kind="web", now=NOW)
        with pytest.raises(Conflict):
            service.create_source(conn, ROOT, name="web", kind="web", now=NOW)

    def test_ensure_is_safe_to_repeat_and_to_race(self, database: Database) -> None:
        found: list[int] = []

        def ensure() -> None:
            with database.transaction() as conn:
                found.append(service.ensure_source(conn, ROOT, name="orders", kind="file", now=NOW))

        threads = [threading.Thread(target=ensure) for _ in range(6)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert len(found) == 6
        assert len(set(found)) == 1

    def test_write_keys_in_memory_follow_within_their_age(self, database: Database) -> None:
        with database.transaction() as conn:
            source = service.create_source(conn, ROOT, name="web", kind="web", now=NOW)
        keys = service.WriteKeys(database, max_age=0.2)
        key = source.keys[0]
        ref = keys.find(key.key)
        assert ref
        assert (ref.id, ref.name) == (source.id, "web")
        assert keys.find("other") is None
        with database.transaction() as conn:
            service.revoke_write_key(conn, ROOT, source.id, key.id, NOW)
        time.sleep(0.25)
        assert keys.find(key.key) is None

    def test_a_write_key_is_good_at_once(self, database: Database) -> None:
        keys = service.WriteKeys(database, max_age=60)
        assert keys.find("other") is None
        with database.transaction() as conn:
            source = service.create_source(conn, ROOT, name="web", kind="web", now=NOW)
        assert keys.find(source.keys[0].key)

    def test_a_key_in_memory_costs_microseconds(self, database: Database) -> None:
        with database.transaction() as conn:
            key = service.create_source(conn, ROOT, name="web", kind="web", now=NOW).keys[0].key
        keys = service.WriteKeys(database, max_age=60)
        keys.find(key)
        start = time.thread_time()
        for _ in range(10_000):
            keys.find(key)
        assert time.thread_time() - start < 0.5


class TestAudit:
    @pytest.mark.parametrize(
        "sql", ["UPDATE access.audit SET actor = 'x'", "DELETE FROM access.audit", "TRUNCATE access.audit"]
    )
    def test_nobody_rewrites_it(self, database: Database, sql: str) -> None:
        with database.transaction() as conn:
            service.record(conn, actor="operator:1", action="a.b", target="c", details={}, now=NOW)
        with pytest.raises(psycopg.Error, match="append only"), database.transaction() as conn:
            run(conn, sql)
        with database.transaction() as conn:
            assert scalar(conn, "SELECT actor FROM access.audit") == "operator:1"

    def test_every_change_leaves_a_row_and_no_secret(self, conn: Connection) -> None:
        make_owner(conn)
        made = service.create_api_key(conn, ROOT, name="bi", scopes=["insight.read"], now=NOW)
        service.revoke_api_key(conn, ROOT, made.id, NOW)
        source = service.create_source(conn, ROOT, name="web", kind="web", now=NOW)
        key = service.create_write_key(conn, ROOT, source.id, NOW)
        service.revoke_write_key(conn, ROOT, source.id, key.id, NOW)
        service.update_source(conn, ROOT, source.id, now=NOW, name="site")
        entries = service.audit_page(conn)
        assert [entry.action for entry in reversed(entries)] == [
            "owner_link.created",
            "operator.created",
            "api_key.created",
            "api_key.revoked",
            "source.created",
            "write_key.created",
            "write_key.revoked",
            "source.changed",
        ]
        assert made.token not in str(entries)
        assert key.key not in str(entries)
        assert [e.action for e in service.audit_page(conn, target=f"source:{source.id}", action="source.changed")] == [
            "source.changed"
        ]

    def test_found_by_time_by_operator_and_by_what(self, conn: Connection) -> None:
        for minutes, actor, action in (
            (0, "operator:1", "a.done"),
            (1, "system:operator:1", "b.done"),
            (2, "operator:12", "a.done"),
            (3, "operator:1", "b.done"),
        ):
            at = NOW + timedelta(minutes=minutes)
            service.record(conn, actor=actor, action=action, target="c", details={}, now=at)

        def found(**asked: Any) -> list[int]:
            return [(entry.at - NOW) // timedelta(minutes=1) for entry in service.audit_page(conn, **asked)]

        assert found(actor="operator:1") == [3, 1, 0]  # what their job did is theirs
        assert found(since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=3)) == [2, 1]
        assert found(since=NOW + timedelta(minutes=1), action="a.done") == [2]
        assert found(actor="operator:12", until=NOW + timedelta(minutes=2)) == []
