"""The HTTP face of access: the API, and the one page a browser needs before there is a console."""

from fastapi import APIRouter

from siyu.engines.access.http import pages, routes
from siyu.engines.http import join

__all__ = ["router"]

router = APIRouter()
join(router, routes.router, pages.pages)
