"""Single pages that need no console: what such a page may do, and the page that shows the API.

FastAPI's own page of the API loads its script from a foreign host, which a shop's network may not reach and which would
see every visit; ours is one file, and only asks the host it came from.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

_DOCS: Final = (Path(__file__).parent / "docs.html").read_text("utf-8")


def policy(page: str) -> str:
    """The Content-Security-Policy that lets a page's own script and style run and ask this host, and nothing else."""

    def hashes(tag: str) -> str:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, flags=re.DOTALL)
        digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found)
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    parts = [f"script-src {hashes('script')}", f"style-src {hashes('style')}", "img-src 'self'", "connect-src 'self'"]
    return "; ".join(["default-src 'none'", *parts, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])


_HEADERS: Final = {"Content-Security-Policy": policy(_DOCS), "Cache-Control": "no-cache"}


def show_api(app: FastAPI, path: str = "/docs") -> None:
    """Serve the page that shows ``/openapi.json`` and sends requests to try it, and that description itself."""

    def page(_request: Request) -> Response:
        return HTMLResponse(_DOCS, headers=_HEADERS)

    # In a thread, unlike FastAPI's own: the first time takes seconds, in which nobody else would be answered.
    def described(_request: Request) -> Response:
        return JSONResponse(app.openapi())

    app.add_route(path, page, include_in_schema=False)
    app.add_route("/openapi.json", described, include_in_schema=False)
