"""Insight over HTTP: reports, funnels, and the people behind every figure."""

from siyu.app.api.insight import funnels, lift, reports
from siyu.engines.http import Router, join

router = Router()
join(router, reports.router, funnels.router, lift.router)
