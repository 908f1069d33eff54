"""Pieces of the HTTP edge that know no business noun: the one error shape, who is asking, transactions, paging.

A room's ``http.py`` imports from here::

    router = Router(prefix="/api/v1/customers", responses=ERROR_RESPONSES)

    @router.get("/{customer_id}")
    def show(customer_id: int, conn: Conn, principal: Annotated[Principal, needs("customers.read")]) -> Profile: ...
"""

from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.engines.http.app import prepare
from siyu.engines.http.context import Conn, Id, Now
from siyu.engines.http.errors import ERROR_RESPONSES, ErrorBody
from siyu.engines.http.files import CSV
from siyu.engines.http.joining import join
from siyu.engines.http.late import Router
from siyu.engines.http.middleware import Bodies
from siyu.engines.http.pace import paced
from siyu.engines.http.security import CSRF_HEADER, SESSION_COOKIE, Caller, check_same_site, known, needs

__all__ = [
    "CSRF_HEADER",
    "CSV",
    "ERROR_RESPONSES",
    "SESSION_COOKIE",
    "Bodies",
    "Caller",
    "Conn",
    "ErrorBody",
    "Id",
    "Now",
    "Router",
    "check_same_site",
    "decode_cursor",
    "encode_cursor",
    "join",
    "known",
    "needs",
    "paced",
    "prepare",
]
