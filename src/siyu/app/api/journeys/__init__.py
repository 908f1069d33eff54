"""Journeys over HTTP: written, checked, published, started, looked at."""

from fastapi import APIRouter

from siyu.app.api.journeys import drafts, people, running, tasks

router = APIRouter()
for part in (drafts, running, people, tasks):
    router.include_router(part.router)
