"""The till of a web process."""

from typing import Any

from fastapi import Request

from siyu.payments import service
from siyu.payments.service import Till


def till_of(request: Request) -> Till:
    """Where the platforms of payments are called by this process."""
    state: Any = request.app.state
    return Till(state.database, state.clock, service.opener(state.outward()), state.base_url, state.payment_turned)
