"""The HTTP face of access: the API, and the one page a browser needs before there is a console."""

from fastapi import APIRouter

from siyu.engines.access.http import pages, routes

__all__ = ["router"]

router = APIRouter()
router.include_router(routes.router)
router.include_router(pages.pages)
