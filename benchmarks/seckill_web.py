"""The web process of Siyu with one more route: the bare conditional update with which the benchmark ``seckill`` compares.

The route lies beside the real one, asks for the same right, reads the same body, and answers the same error.
"""

import gc

from fastapi.routing import APIRoute
from pydantic import BaseModel

from siyu.app.context import open_context
from siyu.app.process import settle
from siyu.app.web import create_app, serve_app
from siyu.engines import logging
from siyu.engines import settings as all_settings
from siyu.engines.http import ERROR_RESPONSES, Conn, Router
from siyu.engines.postgres import one
from siyu.rewards.http.offers import Redeem
from siyu.rewards.http.rules import CanRedeem, PathNumber
from siyu.rewards.types import SoldOut

REDEEM = "/api/v1/rewards/offers/{offer_id}/redeem"
BARE = "/api/v1/rewards/offers/{offer_id}/bare"

router = Router(responses=ERROR_RESPONSES)


class Left(BaseModel):
    left: int


@router.post(BARE)
def bare(offer_id: PathNumber, wanted: Redeem, _: CanRedeem, conn: Conn) -> Left:
    """Take a piece where there is one."""
    found = one(
        conn,
        "UPDATE bare.stock SET pieces = pieces - :pieces WHERE id = :id AND pieces >= :pieces RETURNING pieces",
        id=offer_id,
        pieces=wanted.pieces,
    )
    if found is None:
        raise SoldOut(name="bare", left=0)
    return Left(left=found[0])


def main() -> None:
    """Serve until told to stop."""
    gc.disable()
    settings = all_settings.load()
    logging.configure(settings.log_level, settings.log_format)
    context = open_context(settings, settings.postgres_url, settings.clickhouse_url)
    app = create_app(context)
    routes = app.router.routes
    place = next(n for n, route in enumerate(routes) if isinstance(route, APIRoute) and route.path == REDEEM)
    routes.insert(place, router.routes[0])
    settle()
    serve_app(settings, app)


if __name__ == "__main__":
    main()
