"""A fake corp that is connected, mirrored, and acted on with real ports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection
from tests.unit.channels.wecom.standing import AES_KEY, START, TOKEN

from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.service import Desk
from siyu.channels.types import Account, Channel
from siyu.channels.wecom import Wecom
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows
from siyu.intake import service as intake
from siyu.intake.types import Message
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import app, world
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp
from siyu.rehearsal.platforms.wecom.types import Follow

ME = access.system("tests")


@dataclass
class Acted:
    """One connected corp, and what the acts of its account come to."""

    database: Database
    clock: ManualClock
    corp: Corp
    account: Account
    http: httpx.Client
    opened: list[Channel] = field(default_factory=list)
    dress: Callable[[Channel], Channel] = lambda channel: channel

    @property
    def desk(self) -> Desk:
        return Desk(self.database, self.clock, self._open)

    def _open(self, account: Account) -> Channel:
        made = self.dress(service.open_account(self.database, account, self.clock, self.http, sleep=lambda _: None))
        self.opened.append(made)
        return made

    @property
    def channel(self) -> Channel:
        return self._open(self.account)

    def mirror_all(self) -> None:
        with self.database.transaction() as conn:
            for piece, _ in self.channel.walk(""):
                service.mirror(conn, self.account, piece, self.clock.now())
        self.messages()

    def read_again(self) -> int:
        """What the loop that reads again does."""
        with self.database.transaction() as conn:
            claimed = service.claim_rereads(conn, self.clock.now(), 1000)
        for one in claimed:
            seen = self.channel.read(one.kind, [one.object_id])
            with self.database.transaction() as conn:
                service.mirror(conn, self.account, seen, self.clock.now(), heard=True)
                service.finish_rereads(conn, [one])
        return len(claimed)

    def messages(self) -> list[Message]:
        """What the mirror told since the last time."""
        with self.database.transaction() as conn:
            envelopes = intake.claim(conn, 100_000)
            intake.finish(conn, envelopes)
        return [message for envelope in envelopes for message in envelope.messages]

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self.database.transaction() as conn:
            return [tuple(row) for row in rows(conn, sql, **parameters)]

    def done(self, act: Callable[[Connection], Any]) -> Any:
        with self.database.transaction() as conn:
            return act(conn)

    def audit(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT action FROM access.audit ORDER BY id")]

    def follows(self, least: int) -> list[Follow]:
        """Ties that the application sees, each the only one of its customer."""
        found = [
            follow
            for userid, customers in sorted(self.corp.state.follows.items())
            for follow in customers.values()
            if self.corp.seen(userid)
            and self.corp.state.staff[userid].status == 1
            and len(self.corp.followers(follow.external_userid)) == 1
        ]
        assert len(found) >= least
        return found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    return world.build(clock, staff=8, follows=120, groups=6)


@pytest.fixture
def acted(
    database: Database, clock: ManualClock, corp: Corp, monkeypatch: pytest.MonkeyPatch, _parrot: None
) -> Iterator[Acted]:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"wecom": Wecom}, ()))
    with serving(app.create_app(corp)) as url, httpx.Client(trust_env=False) as http:
        values = {
            "corp_id": corp.corp_id, "agent_id": "1000002", "secret": DEFAULT_SECRET,
            "callback_token": TOKEN, "encoding_aes_key": AES_KEY, "base_url": url,
        }  # fmt: skip
        with database.transaction() as conn:
            account = service.connect_account(conn, ME, channel="wecom", values=values, now=clock.now())
        made = Acted(database, clock, corp, account, http)
        made.mirror_all()
        yield made
