"""The HTTP face of access: the API, and the one page a browser needs before there is a console."""

from siyu.engines.access.http import pages, routes
from siyu.engines.http import Router, join

__all__ = ["router"]

router = Router()
join(router, routes.router, pages.pages)
