"""The page behind the one-time link."""

import base64
import hashlib
import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

pages = APIRouter(include_in_schema=False)

_PAGE = (Path(__file__).parent / "first_owner.html").read_text("utf-8")


def _policy(page: str) -> str:
    """Lets the page's own script and style run, and nothing else."""

    def hashes(tag: str) -> str:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, flags=re.DOTALL)
        digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found)
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    parts = [f"script-src {hashes('script')}", f"style-src {hashes('style')}", "connect-src 'self'"]
    return "; ".join(["default-src 'none'", *parts, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])


# The token stays in the browser's address line: it must not travel on in a Referer, nor lie in a cache.
_HEADERS = {"Content-Security-Policy": _policy(_PAGE), "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


@pages.get("/first-owner")
def first_owner() -> HTMLResponse:
    """A form that uses the one-time link up: a login and a password for the first owner."""
    return HTMLResponse(_PAGE, headers=_HEADERS)
