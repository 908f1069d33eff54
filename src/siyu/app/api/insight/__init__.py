"""Insight over HTTP: reports, funnels, and the people behind every figure."""

from fastapi import APIRouter

from siyu.app.api.insight import funnels, lift, reports

router = APIRouter()
for part in (reports, funnels, lift):
    router.include_router(part.router)
