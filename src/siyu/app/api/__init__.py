"""The API under ``/api/v1``: what several rooms answer together, and the rooms' own routes."""

from fastapi import APIRouter

from siyu.app.api import (
    arrivals,
    codes,
    console,
    contacts,
    customers,
    exports,
    imports,
    insight,
    intake,
    journeys,
    lifetime,
    live,
    overview,
    segments,
    system,
)
from siyu.channels import http as channels
from siyu.content import http as content
from siyu.engines.access import http as access
from siyu.experiments import http as experiments
from siyu.touch import http as touch

router = APIRouter()
for part in (
    access,
    arrivals,
    codes,
    console,
    contacts,
    overview,
    exports,
    customers,
    imports,
    insight,
    intake,
    journeys,
    lifetime,
    live,
    segments,
    system,
):
    router.include_router(part.router)
router.include_router(channels.accounts)
router.include_router(channels.codes)
router.include_router(channels.media)
router.include_router(channels.mirror)
router.include_router(channels.acts)
router.include_router(channels.tasks)
router.include_router(experiments.router)
router.include_router(experiments.holdouts)
router.include_router(content.media)
router.include_router(content.scripts)
router.include_router(content.planning)
router.include_router(touch.rules)
router.include_router(touch.touches)
router.include_router(touch.guard)
router.include_router(touch.tasks)
router.include_router(touch.announcements)
