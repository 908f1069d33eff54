"""Routers of several files as one."""

from fastapi import APIRouter  # noqa: TID251 - whatever routes it holds


def join(router: APIRouter, *parts: APIRouter) -> None:
    """Add the routes of other routers behind those that are there.

    FastAPI's ``include_router`` works every route out again with the first request, at every level, and from then on looks
    level by level for the one that is asked. Ours are complete where they are declared, so they are taken as they are.
    """
    for part in parts:
        router.routes.extend(part.routes)
