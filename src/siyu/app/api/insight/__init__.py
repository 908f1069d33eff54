"""Insight over HTTP: reports, funnels, and the people behind every figure."""

from fastapi import APIRouter

from siyu.app.api.insight import funnels, reports

router = APIRouter()
for part in (reports, funnels):
    router.include_router(part.router)
