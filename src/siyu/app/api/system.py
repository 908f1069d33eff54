"""The state of the system over HTTP."""

from typing import Annotated

from fastapi import Request

from siyu.app import system as state
from siyu.app.context import Context
from siyu.app.system import System
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Router, needs

router = Router(prefix="/api/v1", tags=["system"], responses=ERROR_RESPONSES)

CanRead = Annotated[Principal, needs("system.read")]


@router.get("/system")
def system(request: Request, _: CanRead) -> System:
    """Queue, throughput, export, engines, jobs, dead letters, versions: every number with what is normal and what to do."""
    context: Context = request.app.state.context
    return state.system(context)
