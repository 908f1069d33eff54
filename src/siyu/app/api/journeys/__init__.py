"""Journeys over HTTP: written, checked, published, started, looked at."""

from fastapi import APIRouter

from siyu.app.api.journeys import drafts, people, rehearsals, running, tasks

router = APIRouter()
for part in (drafts, running, people, rehearsals, tasks):
    router.include_router(part.router)
