"""Serving the console: the pages of the operators, as files that the build has put into the package."""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

FOLDER: Final = Path(__file__).parents[1] / "webui" / "console"

# What is ours and not the console's. Everything else is an address inside the console, which sorts it out in the browser.
_RESERVED: Final = (
    "/api",
    "/v1",
    "/beacon",
    "/pixel",
    "/sourceConfig",
    "/e",
    "/m",
    "/media",
    "/draw",
    "/pay",
    "/member",
    "/callback",
    "/wechat",
    "/mini-program",
    "/docs",
    "/openapi.json",
    "/health",
    "/metrics",
)
_ASSETS: Final = "/assets/"
_TOP: Final = frozenset({"icon.svg", "favicon.ico", "robots.txt"})
YEAR: Final = "public, max-age=31536000, immutable"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
# Styles may be inline: antd writes those of its components into the page as they are needed. Scripts may not.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# One-time tokens stand in the address line: they must not travel on in a Referer.
PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
}
_ABSENT: Final = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Siyu 私域</title></head>
<body style="font: 16px/1.6 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1rem">
<h1>Siyu 私域</h1>
<p>Siyu 正在运行，但控制台尚未构建。请在源码目录运行 <code>make web</code>，然后刷新本页。接口文档见 <a href="/docs">/docs</a>。</p>
<p lang="en">Siyu runs, but its console has not been built. Run <code>make web</code> in the checkout and load this page again.
The API is described under <a href="/docs">/docs</a>.</p>
</body>
</html>
"""


class ConsoleRoute(Route):
    """Every address that no other route has taken and that is the console's; only for looking, never for sending.

    Args:
        folder: where the build lies. It is looked at with each request, so that a new build shows without a restart.
    """

    def __init__(self, folder: Path = FOLDER, path: str = "/{path:path}") -> None:
        self._folder = folder
        super().__init__(path, self._answer, methods=["GET", "HEAD"], include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As a route does; but an unknown address of the API stays unknown, and a wrong method there stays wrong."""
        path = scope.get("path", "")
        if scope["type"] == "http" and _is_reserved(path):
            return Match.NONE, {}
        return super().matches(scope)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith(_ASSETS) or path.removeprefix("/") in _TOP:
            return self._file(request, path)
        page = self._folder / "index.html"
        if not page.is_file():
            return HTMLResponse(_ABSENT, status_code=503, headers={"Cache-Control": "no-store"})
        return packed(request, page, PAGE_HEADERS)

    def _file(self, request: Request, path: str) -> Response:
        found = (self._folder / path.removeprefix("/")).resolve()
        if not found.is_relative_to(self._folder.resolve()) or found.suffix not in TYPES or not found.is_file():
            raise HTTPException(404)
        # The build gives every asset a name from its content; what lies above them keeps its name.
        lasting = YEAR if path.startswith(_ASSETS) else "public, max-age=3600"
        return packed(request, found, {"Cache-Control": lasting})


class FirstOwnerRoute(ConsoleRoute):
    """The address of the first owner's link. Where there is no console, the plain page of access answers there."""

    def __init__(self, folder: Path = FOLDER) -> None:
        super().__init__(folder, "/first-owner")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Only with a console."""
        return super().matches(scope) if (self._folder / "index.html").is_file() else (Match.NONE, {})


def _is_reserved(path: str) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in _RESERVED)


def packed(request: Request, path: Path, headers: dict[str, str]) -> Response:
    """The file, as the .gz beside it where there is one and the browser takes it."""
    media_type = TYPES[path.suffix]
    packed = path.with_name(path.name + ".gz")
    if not packed.is_file():
        return FileResponse(path, media_type=media_type, headers=headers)
    varying = {**headers, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", "").lower():
        return FileResponse(path, media_type=media_type, headers=varying)
    return FileResponse(packed, media_type=media_type, headers={**varying, "Content-Encoding": "gzip"})
