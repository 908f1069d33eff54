"""The page behind the one-time link."""

from pathlib import Path

from fastapi.responses import HTMLResponse

from siyu.engines.http import Router
from siyu.engines.http.pages import policy

pages = Router(include_in_schema=False)

_PAGE = (Path(__file__).parent / "first_owner.html").read_text("utf-8")


# The token stays in the browser's address line: it must not travel on in a Referer, nor lie in a cache.
_HEADERS = {"Content-Security-Policy": policy(_PAGE), "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


@pages.get("/first-owner")
def first_owner() -> HTMLResponse:
    """A form that uses the one-time link up: a login and a password for the first owner."""
    return HTMLResponse(_PAGE, headers=_HEADERS)
