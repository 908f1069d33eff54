"""A merchant of a fake WeChat Pay, and a few customers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, run
from siyu.kernel.clock import ManualClock
from siyu.payments import service
from siyu.payments.service import Till
from siyu.payments.types import Merchant, Payment, Refund, Transfer, Turned
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat_pay.app import create_app
from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant
from siyu.timeline.columns import unpack

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
ME = access.system("tests")
BASE = "http://siyu.test"


@dataclass
class Shop:
    """What tests of payments do."""

    till: Till
    fake: FakeMerchant
    clock: ManualClock
    merchant: Merchant
    turned: list[Turned] = field(default_factory=list)
    keys: Any = field(default_factory=count)

    def done(self, act: Any) -> Any:
        with self.till.database.transaction() as conn:
            return act(conn)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.done(lambda conn: [tuple(row) for row in rows(conn, sql)])  # type: ignore[no-any-return]

    def begin(self, fen: int = 1_000, **given: Any) -> Payment:
        said = {
            "merchant_id": self.merchant.id, "customer_id": 1, "payer": "o-one", "fen": fen, "about": "offer:12",
            "description": "一盒茶", "key": f"k{next(self.keys)}", "now": self.clock.now(), **given,
        }  # fmt: skip
        return self.done(lambda conn: service.begin_payment(conn, **said))  # type: ignore[no-any-return]

    def prepay(self, payment: Payment) -> str:
        return service.prepare(self.till, payment.id)["package"].removeprefix("prepay_id=")

    def pay(self, fen: int = 1_000, **given: Any) -> Payment:
        """Begun, prepared, paid and told of."""
        payment = self.begin(fen, **given)
        self.fake.pays(self.prepay(payment), payment.payer)
        self.deliver()
        return self.payment(payment)

    def payment(self, payment: Payment) -> Payment:
        return self.done(lambda conn: service.payment_of(conn, payment.id))  # type: ignore[no-any-return]

    def refund(self, payment: Payment, fen: int, **given: Any) -> Refund:
        key = given.pop("key", None) or f"r{next(self.keys)}"

        def act(conn: Connection) -> Refund:
            return service.begin_refund(
                conn, ME, payment.id, fen=fen, reason="not wanted", key=key, now=self.clock.now()
            )

        return service.send_refund(self.till, self.done(act).id)

    def transfer(self, fen: int = 500, **given: Any) -> Transfer:
        said = {
            "merchant_id": self.merchant.id, "customer_id": 1, "payee": "o-one", "fen": fen, "about": "assist:7",
            "remark": "助力奖励", "key": f"t{next(self.keys)}", "now": self.clock.now(), **given,
        }  # fmt: skip
        return self.done(lambda conn: service.begin_transfer(conn, **said))  # type: ignore[no-any-return]

    def transfer_of(self, transfer: Transfer) -> Transfer:
        return self.done(lambda conn: service.transfer_of(conn, transfer.id))  # type: ignore[no-any-return]

    def deliver(self) -> int:
        """Notifications come to our door, as the route does it."""
        return self.fake.deliver(self.take)

    def take(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        assert url == f"{BASE}/pay/notify/{self.merchant.id}"
        try:
            service.take_notify(self.till, self.merchant.id, headers, body)
        except Exception as error:  # noqa: BLE001
            return getattr(error, "status", 500)
        return 204

    def told(self) -> list[tuple[str, int]]:
        """(kind, fen) of every fact, in order."""
        bodies = [bytes(row[0]) for row in self.rows("SELECT body FROM timeline.entry ORDER BY id")]
        found = unpack(bodies).to_pylist() if bodies else []
        assert all(orjson.loads(one["properties"])["about"] for one in found)
        return [(one["kind"], one["amount_fen"]) for one in found]

    def wait(self, **how: int) -> None:
        self.clock.advance(timedelta(**how))


@pytest.fixture
def shop(database: Database) -> Iterator[Shop]:
    clock = ManualClock(NOON)
    fake = FakeMerchant(clock)
    with serving(create_app(fake)) as url, httpx.Client(trust_env=False) as http:
        turned: list[Turned] = []
        till = Till(database, clock, service.opener(http), BASE, lambda _, one, __: turned.append(one))
        with database.transaction() as conn:
            run(conn, "SELECT setval('identity.id_seq', 10000000)")
            run(conn, "INSERT INTO identity.customer (id, created_at) SELECT n, now() FROM generate_series(1, 3) AS n")
            merchant = service.ensure_merchant(conn, ME, settings(fake, url), NOON)
        yield Shop(till, fake, clock, merchant, turned)


def settings(fake: FakeMerchant, url: str) -> Merchant:
    return Merchant(
        0, fake.mch_id, fake.app_id, "旗舰店", fake.serial, fake.key_id, fake.platform.public, url, fake.own.private,
        fake.api_key,
    )  # fmt: skip
