"""What turns a bare FastAPI application into one of ours."""

from datetime import timedelta

from fastapi import FastAPI

from siyu.engines.http import errors
from siyu.engines.http.context import Admission
from siyu.engines.http.middleware import Bodies, EdgeMiddleware
from siyu.engines.http.pace import Paces
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock


def prepare(
    app: FastAPI,
    *,
    database: Database,
    clock: Clock,
    base_url: str,
    bodies: Bodies,
    session_idle: timedelta = timedelta(hours=12),
) -> None:
    """Give ``app`` its state, the error shape, request ids, security headers and the limit on bodies.

    Args:
        app: before it has served a request.
        database: where requests open their transactions.
        clock: what :data:`siyu.engines.http.context.Now` reads.
        base_url: how browsers reach it; cookies are ``Secure`` when it is https.
        bodies: how large they may be.
        session_idle: how long a session lives without use.
    """
    app.state.database = database
    app.state.admission = Admission(database.most)
    app.state.clock = clock
    app.state.base_url = base_url
    app.state.session_idle = session_idle
    app.state.paces = Paces()
    errors.install(app)
    app.add_middleware(EdgeMiddleware, bodies=bodies, secure=base_url.startswith("https://"))
