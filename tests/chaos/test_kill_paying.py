"""The web process, the worker and PostgreSQL are killed while members pay points and cash, leave it, and the platform tells of
it: every payment has one redemption or its money back, and points, pieces and money agree.

A short form runs with every `make test`; `make chaos` runs 25 rounds.
"""

import heapq
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.chaos.test_kill import wait_for
from tests.running import Siyu, begin, end, free_port

from siyu.app import cashing, paying
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.engines.postgres import rows, run
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import SystemClock
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, customer, gift
from siyu.members import service as members
from siyu.members.http.asking import COOKIE
from siyu.payments import service as payments
from siyu.payments.types import Merchant
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat_pay.app import create_app
from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant
from siyu.rewards import service as rewards
from siyu.rewards.types import OfferTerms, RewardRules

ROUNDS: Final = min(int(os.environ.get("SIYU_CHAOS_ROUNDS", "2")), 25)
VICTIMS: Final = ("web", "postgres", "worker")
MEMBERS, PAYERS, POINTS, PRICE, CASH = 16 * ROUNDS, 6, 500, 100, 1100
STOCK: Final = 2 * MEMBERS
ME = access.system("tests")

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(150 + 40 * ROUNDS)]


@dataclass
class Town:
    """Members with points and sessions, an offer of points and cash, and the platform."""

    fake: FakeMerchant
    offer_id: int
    tokens: dict[str, str]
    customers: dict[str, int]


@dataclass
class Payer(threading.Thread):
    """Redeems for its members, each press again until it is answered; then pays in WeChat or in the browser, leaves it, or both; and
    looks until it knows what became of it. Some have an operator take back what they paid.
    """

    url: str
    operator: httpx.Client
    town: Town
    people: list[str]
    rng: random.Random
    became: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        for person in self.people:
            headers = {"X-Siyu-CSRF": "1", "Cookie": f"{COOKIE}={self.town.tokens[person]}"}
            with httpx.Client(base_url=f"{self.url}/member/v1", headers=headers, timeout=20, trust_env=False) as client:
                self._live(client, person)

    def _live(self, client: httpx.Client, person: str) -> None:
        made = self._press(client, f"/rewards/{self.town.offer_id}/redeem", f"redeem-{person}", {"pieces": 1})
        place = f"/redemptions/{made['id']}"
        how = self.rng.choice(("pays", "pays in the browser", "leaves", "both", "gives back"))
        if how != "leaves":
            self._pay(client, place, person, browser=how == "pays in the browser")
        if how in {"leaves", "both"}:
            self._press(client, f"{place}/leave", f"leave-{person}")
        while (state := self._press(client, f"{place}/look", f"look-{person}")["state"]) == "awaiting_payment":
            time.sleep(0.2)
        if how == "gives back" and state == "placed":
            self._press(self.operator, f"/redemptions/{made['id']}/cancel", f"back-{person}", {"reason": "not wanted"})
            state = "cancelled"
        self.became[made["id"]] = state

    def _pay(self, client: httpx.Client, place: str, person: str, *, browser: bool) -> None:
        answer = self._press(client, f"{place}/pay{'_in_browser' if browser else ''}", f"pay-{person}")
        with suppress(ValueError):  # it was closed meanwhile
            if browser:
                self.town.fake.pays_in_browser(parse_qs(urlsplit(answer["url"]).query)["prepay_id"][0])
            else:
                self.town.fake.pays(answer["package"].removeprefix("prepay_id="), person)

    def _press(self, client: httpx.Client, path: str, key: str, body: Any = None) -> Any:
        while True:
            with suppress(httpx.TransportError):
                answer = client.post(path, json=body, headers={"Idempotency-Key": key})
                if answer.status_code == 200:
                    return answer.json()
                assert answer.status_code >= 500 or answer.status_code == 409, answer.text
            time.sleep(0.05)


@contextmanager
def telling(fake: FakeMerchant) -> Iterator[None]:
    """The platform tells what happens, and does not wait with what was not taken: a notification comes again at once."""
    over = threading.Event()

    def tell() -> None:
        while not over.wait(0.05):
            with fake.lock:
                for one in fake.notices:
                    one.due = 0.0
                heapq.heapify(fake.notices)
            fake.live()

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def set_up(siyu: Siyu, fake: FakeMerchant, platform: str) -> Town:
    people = [f"o-{number:04}" for number in range(MEMBERS)]
    with siyu.context() as context, context.database.transaction() as conn:
        now = context.clock.now()
        claims = [(IdentifierClaim("open_id", fake.app_id, one),) for one in people]
        told = [Message("identify", 1, f"m-{one[0].value}", now, now, one, {"traits": {}}) for one in claims]
        intake.put(conn, Lane.LIVE, told)
    siyu.drain()
    with siyu.context() as context, context.database.transaction() as conn:
        now = context.clock.now()
        customers = {one: identity.find(conn, one, "open_id")[0].customer_id for one in people}
        loyalty.post(
            conn, [Request(f"first:{one}", gift(one, "points", POINTS), "order") for one in customers.values()], now
        )
        wanted = Merchant(
            0, fake.mch_id, fake.app_id, "旗舰店", fake.serial, fake.key_id, fake.platform.public, platform,
            fake.own.private, fake.api_key, h5=True,
        )  # fmt: skip
        payments.ensure_merchant(conn, ME, wanted, now)
        rewards.register_payments(cashing.Cashier())
        rewards.change_rules(conn, ME, RewardRules(points=1, fen=100), 0, "a test", now)
        made = rewards.make_offer(conn, ME, OfferTerms(name="围巾", points=PRICE, cash_fen=CASH, cost_fen=1), now)
        rewards.add_stock(conn, ME, made.id, STOCK, "paying-0001", "a test", now)
        rewards.set_offer_state(conn, ME, made.id, "live", "a test", now)
        idle = timedelta(days=1)
        tokens = {
            person: members.open_session(conn, claim, "official_account", now, idle=idle).token
            for person, (claim,) in zip(people, claims, strict=True)
        }
    return Town(fake, made.id, tokens, customers)


def settle(context: Context, fake: FakeMerchant) -> None:
    """The platform is asked of all that is open as if its time had come, and everything that was to go back has."""
    for _ in range(3):
        with context.database.transaction() as conn:
            for table in ("payment", "refund"):
                run(
                    conn,
                    f"UPDATE payments.{table} SET look_at = :now WHERE look_at IS NOT NULL",
                    now=context.clock.now(),
                )
        paying.look_after(context)
        for number, one in list(fake.refunds.items()):
            if one["status"] == "PROCESSING":
                fake.settles(number)
        time.sleep(0.5)  # it is told of


def test_whoever_paid_has_it_or_their_money(tmp_path: Path) -> None:
    seed = int(os.environ.get("SIYU_CHAOS_SEED", str(time.time_ns())))
    rng = random.Random(seed)
    fake = FakeMerchant(SystemClock())
    siyu = begin(tmp_path, free_port(), SIYU_POSTGRES_POOL="10")
    try:
        with serving(create_app(fake)) as platform:
            town = set_up(siyu, fake, platform)
            people = list(town.tokens)
            key = siyu.api_key("rewards.redeem")
            operators = [
                httpx.Client(
                    base_url=f"{siyu.url}/api/v1/rewards",
                    headers={"Authorization": f"Bearer {key}"},
                    timeout=20,
                    trust_env=False,
                )
                for _ in range(PAYERS)
            ]
            payers = [
                Payer(siyu.url, operators[first], town, people[first::PAYERS], random.Random(rng.random()))
                for first in range(PAYERS)
            ]
            with telling(fake):
                for payer in payers:
                    payer.start()
                for number in range(ROUNDS):
                    time.sleep(rng.uniform(0.1, 0.5))
                    fake.faults.unanswered += rng.randrange(2)
                    fake.faults.repeated += rng.randrange(2)
                    fake.faults.lost += rng.randrange(2)
                    os.kill(wait_for(siyu, VICTIMS[number % len(VICTIMS)]), signal.SIGKILL)
                for payer in payers:
                    payer.join()
                siyu.drain()
                for operator in operators:
                    operator.close()
                with siyu.context() as context:
                    settle(context, fake)
        became = {made: state for payer in payers for made, state in payer.became.items()}
        with siyu.context() as context:
            check(context, town, became, seed)
    finally:
        rewards.register_payments(None)
        end(siyu)


def check(context: Context, town: Town, became: dict[int, str], seed: int) -> None:
    with context.database.transaction() as conn:
        now = context.clock.now()
        kept = {row[0]: (row[1], row[2]) for row in rows(conn, "SELECT id, state, customer_id FROM rewards.redemption")}
        paid = {
            row[0]: row[1:] for row in rows(conn, "SELECT about, number, state, refunded_fen FROM payments.payment")
        }
        left = rewards.offer(conn, town.offer_id, now).left
        balances = loyalty.balances(conn, [customer(one, "points") for one in town.customers.values()], now)
        findings = loyalty.verify(conn).findings
    assert len(kept) == len(paid) == len(became) == MEMBERS, seed
    assert {state for state, _ in kept.values()} <= {"placed", "cancelled"}, seed
    placed = {made for made, (state, _) in kept.items() if state == "placed"}
    for made, (state, _) in kept.items():
        number, standing, refunded = paid[f"redemption:{made}"]
        trade = town.fake.trades.get(number, {"trade_state": "CLOSED", "refunded": 0})
        if made in placed:
            assert (standing, trade["trade_state"], refunded) == ("paid", "SUCCESS", 0), (seed, made, trade)
        elif standing == "paid":
            assert (trade["trade_state"], trade["refunded"], refunded) == ("REFUND", CASH, CASH), (seed, made, trade)
        else:
            assert (standing, trade["trade_state"]) == ("closed", "CLOSED"), (seed, made, trade)
        assert became[made] == state, (seed, made)
    assert left == STOCK - len(placed), seed
    owners = [kept[made][1] for made in placed]
    assert [one.available for one in balances] == [
        POINTS - PRICE * owners.count(customer_id) for customer_id in town.customers.values()
    ], seed
    assert not findings, (seed, findings[:3])
