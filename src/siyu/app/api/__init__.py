"""The API under ``/api/v1``: what several rooms answer together, and the rooms' own routes."""

from fastapi import APIRouter

from siyu.app.api import customers, imports, insight, intake
from siyu.engines.access import http as access

router = APIRouter()
for part in (access, customers, imports, insight, intake):
    router.include_router(part.router)
