"""Group commit: who sends beside others shares a transaction with them, who sends alone waits for nobody."""

import asyncio

from siyu.engines.postgres import Database, scalar
from siyu.intake.http.coalescer import Coalescer
from siyu.intake.types import Lane


def transactions(database: Database, senders: int, requests: int) -> int:
    """How many envelopes were made when so many senders send so many requests each, one after the other."""

    async def all_of_them() -> None:
        coalescer = Coalescer(database)
        coalescer.start()

        async def send() -> None:
            for _ in range(requests):
                await coalescer.put(Lane.LIVE, [b"{}"], [])

        await asyncio.gather(*(send() for _ in range(senders)))
        await coalescer.stop()

    asyncio.run(all_of_them())
    with database.transaction() as conn:
        assert scalar(conn, "SELECT sum(messages) FROM intake.envelope") == senders * requests
        return int(scalar(conn, "SELECT count(*) FROM intake.envelope"))


class TestCoalescer:
    def test_several_senders_share_transactions(self, database: Database) -> None:
        made = transactions(database, senders=8, requests=12)
        assert made <= 8 * 12 // 3

    def test_one_sender_has_a_transaction_for_each_request(self, database: Database) -> None:
        made = transactions(database, senders=1, requests=12)
        assert made == 12

    def test_many_do_not_wait_for_more(self, database: Database) -> None:
        made = transactions(database, senders=64, requests=4)
        assert made <= 4 * 8
