"""Routes that are worked out when somebody first asks for them.

FastAPI works a route out where it is declared: it looks through the function and all that it depends on, and builds what
checks its parameters, its body and its answer. For hundreds of routes that is most of a start, and a day asks for a few.
"""

import threading
from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter  # noqa: TID251 - ours is made of it
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import compile_path, get_name
from starlette.types import Receive, Scope, Send

_WORKING: Final = threading.RLock()  # one at a time: who comes second finds it done


class LateRoute(APIRoute):
    """Knows from the beginning what is asked for; all the rest when it is first asked, or first looked at.

    A fault in its declaration shows then: the description of the API asks for all of them.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **said: Any) -> None:
        self._said: dict[str, Any] | None = said
        self.path, self.endpoint = path, endpoint
        self.name = said.get("name") or get_name(endpoint)
        self.methods = {method.upper() for method in said.get("methods") or ["GET"]}
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)

    def __getattr__(self, name: str) -> Any:
        """What is not there yet."""
        if name.startswith("__") or "_said" not in self.__dict__:
            raise AttributeError(name)
        self._work_out()
        try:
            return self.__dict__[name]
        except KeyError:
            raise AttributeError(name) from None

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. The first time the working out goes on beside all other requests."""
        if self._said is not None:
            await run_in_threadpool(self._work_out)
        await super().handle(scope, receive, send)

    def _work_out(self) -> None:
        with _WORKING:
            if self._said is not None:
                super().__init__(self.path, self.endpoint, **self._said)
                self._said = None


class Router(APIRouter):
    """Takes routes as FastAPI's does, and leaves them for later."""

    def __init__(self, **said: Any) -> None:
        super().__init__(route_class=LateRoute, **said)
