"""A brand with a corp and an official account, people who are friends of its staff, and a programme that reaches them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels import service as channels
from siyu.channels.registry import Plugins
from siyu.channels.types import Account
from siyu.channels.wechat import OfficialAccount
from siyu.channels.wecom import Wecom
from siyu.customers import service as customers
from siyu.customers.types import ConsentChange
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, run
from siyu.experiments import service as experiments
from siyu.experiments.types import Programme
from siyu.touch import service
from siyu.touch.types import RULES, Decision, Message, Proposal, RuleSet, Wish

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)  # a Tuesday, 12 o'clock in Shanghai
DAY, HOUR, MINUTE = timedelta(1), timedelta(hours=1), timedelta(minutes=1)
ME = access.system("tests")

CORP = {
    "corp_id": "ww0123456789abcdef",
    "agent_id": "1000002",
    "secret": "s" * 43,
    "callback_token": "token",
    "encoding_aes_key": "a" * 43,
    "group_send_cap": "per_month",
}


@dataclass
class Brand:
    """What tests of the gate do."""

    database: Database
    corp: Account
    official: Account
    programme: Programme
    now: datetime = NOON
    keys: Any = field(default_factory=count)
    ids: Any = field(default_factory=lambda: count(1))

    @property
    def group_send(self) -> Wish:
        return Wish(self.corp.id, "group_send")

    @property
    def kf(self) -> Wish:
        return Wish(self.corp.id, "kf")

    @property
    def template(self) -> Wish:
        return Wish(self.official.id, "template")

    def done(self, act: Any) -> Any:
        with self.database.transaction() as conn:
            return act(conn)

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self.done(lambda conn: [tuple(row) for row in rows(conn, sql, **parameters)])

    def run(self, sql: str, **parameters: Any) -> None:
        self.done(lambda conn: run(conn, sql, **parameters))

    def people(self, number: int, *, staff: str = "amy", follows: bool = False) -> list[int]:
        """New customers who are friends of a member of staff, and perhaps follow the official account."""
        ids = [next(self.ids) for _ in range(number)]
        with self.database.transaction() as conn:
            settle(conn, ids)
            befriend(conn, self.corp, "external_userid", ids, staff, self.now - 9 * DAY)
            if follows:
                befriend(conn, self.official, "open_id", ids, "", self.now - 9 * DAY)
        return ids

    def start(self, key: str, control_bp: int = 0) -> Programme:
        found: Programme = self.done(
            lambda conn: experiments.start_programme(
                conn,
                key=key,
                kind="journey",
                name=key,
                actor="operator:1",
                now=self.now,
                control_bp=control_bp,
                reason="a test",
            )
        )
        return found

    def proposal(self, customer_id: int, key: str = "", **changed: Any) -> Proposal:
        own = key or f"k{next(self.keys)}"
        given = {
            "key": own,
            "programme_id": self.programme.id,
            "customer_id": customer_id,
            "purpose": "marketing",
            "message": Message(f"春茶上市 {own}"),
            "wishes": (self.group_send,),
            "value_fen": 100,
            "valid_until": self.now + 60 * DAY,
        }
        return Proposal(**{**given, **changed})

    def propose(self, *proposals: Proposal) -> list[Decision]:
        found: list[Decision] = self.done(lambda conn: service.propose(conn, proposals, self.now))
        return found

    def offer(self, customer_id: int, **changed: Any) -> Decision:
        (found,) = self.propose(self.proposal(customer_id, **changed))
        return found

    def decide(self) -> int:
        return int(self.done(lambda conn: service.decide_due(conn, self.now)))

    def state(self, key: str) -> tuple[str, str]:
        return self.rows("SELECT state, code FROM touch.touch WHERE key = :key", key=key)[0]  # type: ignore[return-value]

    def rule(self, rules: RuleSet) -> None:
        self.run(
            "INSERT INTO touch.rule_set (rules, at, actor, reason) VALUES (CAST(:rules AS jsonb), now(), 'tests', '')",
            rules=RULES.dump_json(rules).decode(),
        )

    def says(self, customer_id: int, state: str, channel: str = "all", purpose: str = "marketing") -> None:
        change = ConsentChange(customer_id, channel, purpose, state, self.now, "tests")  # type: ignore[arg-type]
        self.done(lambda conn: customers.change_consents(conn, [change], self.now))


def settle(conn: Connection, ids: Sequence[int]) -> None:
    """Customers with these ids."""
    at = NOON - 30 * DAY
    run(
        conn,
        """INSERT INTO identity.customer (id, created_at) SELECT id, :at FROM unnest(CAST(:ids AS bigint[])) AS n (id)""",
        ids=list(ids),
        at=at,
    )
    run(
        conn,
        """INSERT INTO customers.profile (customer_id, first_seen_at, last_seen_at, first_source_id)
           SELECT id, :at, :at, 1 FROM unnest(CAST(:ids AS bigint[])) AS n (id)""",
        ids=list(ids),
        at=at,
    )


def befriend(conn: Connection, account: Account, kind: str, ids: Sequence[int], staff: str, since: datetime) -> None:
    """They are contacts of an account: ``c17`` is customer 17."""
    run(
        conn,
        """INSERT INTO identity.identifier (id, customer_id, type, scope, value, first_seen, last_seen)
           SELECT id * 100 + :account_id + 1000000000, id, :kind, :scope, 'c' || id, :since, :since
           FROM unnest(CAST(:ids AS bigint[])) AS n (id)""",
        ids=list(ids), kind=kind, scope=account.external_id, since=since, account_id=account.id,
    )  # fmt: skip
    run(
        conn,
        """INSERT INTO channels.contact (account_id, contact_id)
           SELECT :account_id, 'c' || id FROM unnest(CAST(:ids AS bigint[])) AS n (id) ON CONFLICT DO NOTHING""",
        ids=list(ids), account_id=account.id,
    )  # fmt: skip
    hire(conn, account, staff)
    run(
        conn,
        """INSERT INTO channels.follow (account_id, contact_id, staff_id, since, seen_at, told_at)
           SELECT :account_id, 'c' || id, :staff, :since, :since, :since FROM unnest(CAST(:ids AS bigint[])) AS n (id)""",
        ids=list(ids), account_id=account.id, staff=staff, since=since,
    )  # fmt: skip


def hire(conn: Connection, account: Account, staff: str) -> None:
    """A member of staff who serves."""
    if staff:
        run(
            conn,
            """INSERT INTO channels.staff (account_id, staff_id, name, department_ids, position, serves, active, seen_at)
               VALUES (:account_id, :staff, :staff, '{}', '', true, true, now()) ON CONFLICT DO NOTHING""",
            account_id=account.id,
            staff=staff,
        )


@pytest.fixture
def brand(database: Database, monkeypatch: pytest.MonkeyPatch) -> Brand:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"wecom": Wecom, "official_account": OfficialAccount}, ()))
    with database.transaction() as conn:
        run(conn, "SELECT setval('identity.id_seq', 10000000)")  # people of tests have lower ids
        corp = channels.connect_account(conn, ME, channel="wecom", values=CORP, now=NOON)
        official = channels.connect_account(
            conn,
            ME,
            channel="official_account",
            values={
                "app_id": "wx0123456789abcdef",
                "app_secret": "5" * 32,
                "callback_token": "token",
                "callback_key": "a" * 43,
            },
            now=NOON,
        )
        programme = experiments.start_programme(
            conn, key="journey:1", kind="journey", name="Six links", actor="operator:1", now=NOON, control_bp=0,
            reason="a test",
        )  # fmt: skip
    return Brand(database, corp, official, programme)
