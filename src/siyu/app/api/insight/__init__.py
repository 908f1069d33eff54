"""Insight over HTTP: reports, funnels, and the people behind every figure."""

from fastapi import APIRouter

from siyu.app.api.insight import funnels, lift, reports
from siyu.engines.http import join

router = APIRouter()
join(router, reports.router, funnels.router, lift.router)
