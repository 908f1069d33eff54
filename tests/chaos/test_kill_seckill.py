"""The web process and PostgreSQL are killed in the middle of a seckill: nothing is oversold, and who was told yes has it.

A short form runs with every `make test`; `make chaos` runs 50 rounds.
"""

import os
import random
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from tests.chaos.test_kill import wait_for
from tests.running import Siyu, begin, end, free_port

from siyu.engines.access import service as access
from siyu.engines.postgres import rows, run
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, gift, spent
from siyu.rewards import service as rewards
from siyu.rewards.types import OfferTerms, RewardRules

ROUNDS = min(int(os.environ.get("SIYU_CHAOS_ROUNDS", "2")), 10)
VICTIMS = ("web", "postgres")
STOCK, MEMBERS, PRESSERS = 60 * ROUNDS, 75 * ROUNDS, 8
ME = access.system("tests")

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120 + 60 * ROUNDS)]


class Presser(threading.Thread):
    """Presses for its members, twice each, every press again under its key until it is answered."""

    def __init__(self, url: str, key: str, members: list[int]) -> None:
        super().__init__(daemon=True)
        self.told_yes: dict[str, int] = {}
        self.told_no: set[str] = set()
        self._url, self._key, self._members = url, key, members

    def run(self) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {self._key}"}, timeout=20, trust_env=False) as client:
            for member in self._members:
                for press in ("first", "again"):
                    self._press(client, member, f"{press}-press-{member}")
                    time.sleep(0.02)

    def _press(self, client: httpx.Client, member: int, key: str) -> None:
        while True:
            try:
                answer = client.post(self._url, json={"customer_id": member, "key": key})
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                self.told_yes[key] = answer.json()["id"]
                return
            if answer.status_code == 409:
                assert answer.json()["code"] in {"SoldOut", "LimitReached"}, answer.text
                self.told_no.add(key)
                return
            assert answer.status_code >= 500, answer.text
            time.sleep(0.05)


def open_seckill(siyu: Siyu) -> int:
    """Members with points, and a seckill that has begun."""
    with siyu.context() as context, context.database.transaction() as conn:
        now = context.clock.now()
        people = range(1, MEMBERS + 1)
        run(
            conn,
            "INSERT INTO identity.customer (id, created_at) SELECT id, :now FROM generate_series(1, :people) AS id",
            people=MEMBERS,
            now=now,
        )
        loyalty.post(conn, [Request(f"first:{one}", gift(one, "points", 500), "order") for one in people], now)
        rewards.change_rules(conn, ME, RewardRules(points=1, fen=100), 0, "a test", now)
        begun, over = now - timedelta(hours=1), now + timedelta(days=1)
        terms = OfferTerms(
            name="秒杀", points=100, cost_fen=1, starts_at=begun, ends_at=over, per_person=1, seckill=True
        )
        made = rewards.make_offer(conn, ME, terms, now)
        rewards.add_stock(conn, ME, made.id, STOCK, "seckill-0001", "a test", now)
        rewards.set_offer_state(conn, ME, made.id, "live", "a test", now)
    return made.id


def test_nothing_is_oversold_or_lost_through_kills(tmp_path: Path) -> None:
    seed = int(os.environ.get("SIYU_CHAOS_SEED", str(time.time_ns())))
    rng = random.Random(seed)
    siyu = begin(tmp_path, free_port(), SIYU_POSTGRES_POOL="10")
    try:
        offer_id = open_seckill(siyu)
        url = f"{siyu.url}/api/v1/rewards/offers/{offer_id}/redeem"
        key, members = siyu.api_key("rewards.redeem"), list(range(1, MEMBERS + 1))
        rng.shuffle(members)
        pressers = [Presser(url, key, members[first::PRESSERS]) for first in range(PRESSERS)]
        for presser in pressers:
            presser.start()
        for number in range(ROUNDS):
            time.sleep(rng.uniform(0.1, 0.4))
            os.kill(wait_for(siyu, VICTIMS[number % len(VICTIMS)]), signal.SIGKILL)
        for presser in pressers:
            presser.join()
        siyu.drain()
        yes = {key: made for presser in pressers for key, made in presser.told_yes.items()}
        assert sum(len(presser.told_no) for presser in pressers) == 2 * MEMBERS - len(yes)
        with siyu.context() as context, context.database.transaction() as conn:
            now, stock = context.clock.now(), rewards.stock_of(offer_id)
            left, gone = (one.balance for one in loyalty.balances(conn, [stock, spent(stock.unit)], now))
            kept = {
                row[0]: (row[1], row[2]) for row in rows(conn, "SELECT id, key, customer_id FROM rewards.redemption")
            }
            posted = loyalty.posted_under(conn, [f"redemption:{made}" for made in kept])
            findings = loyalty.verify(conn).findings
        assert gone + left == STOCK == gone, (seed, gone, left)  # more wanted it than there was
        assert len(kept) == gone == len(posted), seed
        assert {kept[made][0]: made for made in yes.values()} == yes, seed
        assert len({customer_id for _, customer_id in kept.values()}) == len(kept), seed
        assert not findings, (seed, findings[:3])
    finally:
        end(siyu)
