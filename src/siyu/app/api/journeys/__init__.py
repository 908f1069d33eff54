"""Journeys over HTTP: written, checked, published, started, looked at."""

from siyu.app.api.journeys import drafts, people, rehearsals, running
from siyu.engines.http import Router, join

router = Router()
join(router, drafts.router, running.router, people.router, rehearsals.router)
