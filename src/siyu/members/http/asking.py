"""Which member asks. What they may see and do is theirs: no route of theirs takes the number of a customer."""

from typing import Annotated, Final

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyCookie

from siyu.engines.http import Conn, Now, check_same_site
from siyu.kernel.errors import NotSignedIn
from siyu.members import service
from siyu.members.types import Member

COOKIE: Final = "siyu_member_session"
PLACE: Final = "/member"  # no other route is shown the cookie
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="Session of a member")


def theirs(request: Request, conn: Conn, now: Now, session: Annotated[str | None, Security(_cookie)]) -> Member:
    """The member whose session the cookie is.

    Raises:
        NotSignedIn: there is none, or it has ended.
        CrossSite: it came with a write that did not start on our own pages.
        NotYetKnown: their sign-in is still in the queue.
    """
    if not session:
        raise NotSignedIn
    if request.method not in _SAFE:
        check_same_site(request)
    return service.authenticate(conn, session, now)


Asking = Annotated[Member, Depends(theirs)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        pattern=r"^[!-~]+$",
        description="New for each press of a button; the same again has no second effect, and gets the same answer.",
    ),
]
