"""Web applications for tests."""

from functools import cache

from fastapi import FastAPI
from starlette.routing import BaseRoute

from siyu.app.context import Context
from siyu.app.web import create_app


def application(context: Context) -> FastAPI:
    """The whole one over these engines, as :func:`siyu.app.web.create_app` makes it.

    Its routes are those of the first: an application works out its routes at its first request, which takes longer than
    most tests do.
    """
    made = create_app(context)
    made.router.routes[:] = _routes()
    return made


@cache
def _routes() -> list[BaseRoute]:
    return create_app().router.routes
