"""More requests at once than threads and connections together: every one of them is answered."""

import asyncio

import httpx
from fastapi import FastAPI

from siyu.engines.http import Bodies, Conn, prepare
from siyu.engines.postgres import Database, scalar
from siyu.kernel.clock import ManualClock


def test_who_waits_for_a_connection_takes_no_thread_from_who_has_one(database: Database, clock: ManualClock) -> None:
    few = Database(database.url, pool_size=1)
    app = FastAPI()
    prepare(app, database=few, clock=clock, base_url="http://testserver", bodies=Bodies(10_000))

    @app.get("/slow")
    def slow(conn: Conn) -> int:
        return int(scalar(conn, "SELECT 1 FROM pg_sleep(0.01)"))

    async def all_at_once() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", timeout=20) as client:
            found = await asyncio.gather(*(client.get("/slow") for _ in range(120)))
        return [one.status_code for one in found]

    try:
        assert asyncio.run(asyncio.wait_for(all_at_once(), 20)) == [200] * 120
    finally:
        few.close()
