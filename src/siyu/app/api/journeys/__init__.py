"""Journeys over HTTP: written, checked, published, started, looked at."""

from fastapi import APIRouter

from siyu.app.api.journeys import drafts, people, rehearsals, running

router = APIRouter()
for part in (drafts, running, people, rehearsals):
    router.include_router(part.router)
