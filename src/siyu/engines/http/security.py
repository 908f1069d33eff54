"""Who is asking, and whether they may."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from sqlalchemy import Connection

from siyu.engines.access import service
from siyu.engines.access.types import CrossSite, Principal
from siyu.engines.http.context import Conn, Now
from siyu.kernel.errors import NotSignedIn

SESSION_COOKIE = "siyu_session"
CSRF_HEADER = "X-Siyu-CSRF"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, description="Session of an operator, from signing in.")
_bearer = HTTPBearer(auto_error=False, description="API key.")


def caller(
    request: Request,
    conn: Conn,
    now: Now,
    session: Annotated[str | None, Security(_cookie)],
    key: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Principal:
    """Who is asking: by API key if one came, else by the session's cookie.

    Raises:
        NotSignedIn: neither is good.
        CrossSite: the cookie came with a write that did not start on our own pages.
    """
    return _known(request, conn, now, session, key.credentials if key else None)


def known(request: Request, conn: Connection, now: datetime) -> Principal:
    """The same for a request that no route has taken yet. Raises what :func:`caller` raises."""
    scheme, key = get_authorization_scheme_param(request.headers.get("authorization"))
    return _known(request, conn, now, request.cookies.get(SESSION_COOKIE), key if scheme.lower() == "bearer" else None)


def _known(request: Request, conn: Connection, now: datetime, session: str | None, key: str | None) -> Principal:
    if key:
        found = service.authenticate_key(conn, key, now)
    elif session:
        if request.method not in _SAFE:
            check_same_site(request)
        found = service.authenticate_session(conn, session, now)
    else:
        found = None
    if found is None:
        raise NotSignedIn
    return found


def check_same_site(request: Request) -> None:
    """Pass when the request carries our header, which another site cannot make a browser send, or our own origin.

    Raises:
        CrossSite: neither.
    """
    if request.headers.get(CSRF_HEADER):
        return
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(request.app.state.base_url).netloc}
    if not origin or urlsplit(origin).netloc not in ours:
        raise CrossSite


Caller = Annotated[Principal, Depends(caller)]


def needs(right: str) -> Any:
    """A dependency that gives the :class:`Principal` when it holds ``right``, and answers 401 or 403 otherwise."""
    assert right in service.RIGHTS, right
    return Depends(_needing(right))


def _needing(right: str) -> Callable[[Principal], Principal]:
    def check(principal: Caller) -> Principal:
        service.require(principal, right)
        return principal

    return check
