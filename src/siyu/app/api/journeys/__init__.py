"""Journeys over HTTP: written, checked, published, started, looked at."""

from fastapi import APIRouter

from siyu.app.api.journeys import drafts, people, rehearsals, running
from siyu.engines.http import join

router = APIRouter()
join(router, drafts.router, running.router, people.router, rehearsals.router)
