"""Serving the members' pages under ``/m/``: files that the build has put into the package, dressed as the brand's."""

from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from siyu.app.console import PAGE_HEADERS, TYPES, YEAR, packed
from siyu.members import service as members

FOLDER: Final = Path(__file__).parents[1] / "webui" / "member"
PLACE: Final = "/m"
_ASSETS: Final = f"{PLACE}/assets/"
_TITLE: Final = "<title></title>"
_LOGOS: Final = {**TYPES, ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
_MOST_LOGO: Final = 512 * 1024  # bytes
# A drawing of a brand is a document of its own: it may do nothing.
_LOGO_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# A platform of payments takes those who come to pay only from the site that it knows: it is told the site, and no address.
_HEADERS: Final = {**PAGE_HEADERS, "Referrer-Policy": "strict-origin"}
_ABSENT: Final = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Siyu 私域</title></head>
<body style="font: 16px/1.6 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1rem">
<p>会员页面尚未构建，请在源码目录运行 <code>make web</code>。</p>
<p lang="en">The members' pages have not been built. Run <code>make web</code> in the checkout.</p>
</body>
</html>
"""


class MemberPages(Route):
    """Every address below ``/m/``; the page sorts them out in the browser.

    Args:
        folder: where the build lies. It is looked at with each request, so that a new build shows without a restart.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        super().__init__(f"{PLACE}/{{path:path}}", self._answer, methods=["GET", "HEAD"], include_in_schema=False)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith(_ASSETS):
            return self._file(request, path)
        page = self._folder / "index.html"
        if not page.is_file():
            return HTMLResponse(_ABSENT, status_code=503, headers={"Cache-Control": "no-store"})
        state = request.app.state
        logo_file = str(getattr(state, "brand_logo", ""))
        dressed = _dressed(
            page.read_text("utf-8"),
            str(getattr(state, "brand_name", "")),
            str(getattr(state, "brand_colour", "#1677ff")),
            state.brand_zone.key if hasattr(state, "brand_zone") else "Asia/Shanghai",
            logo=bool(logo_file) and Path(logo_file).is_file(),
        )
        return HTMLResponse(dressed, headers=_HEADERS)

    def _file(self, request: Request, path: str) -> Response:
        found = (self._folder / path.removeprefix(f"{PLACE}/")).resolve()
        if not found.is_relative_to(self._folder.resolve()) or found.suffix not in TYPES or not found.is_file():
            raise HTTPException(404)
        return packed(request, found, {"Cache-Control": YEAR})


def _logo(request: Request) -> Response:
    """The brand's logo, from the file that the settings name."""
    given = str(getattr(request.app.state, "brand_logo", ""))
    found = Path(given)
    kind = _LOGOS.get(found.suffix.lower())
    if not given or kind is None or not found.is_file() or found.stat().st_size > _MOST_LOGO:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": _LOGO_POLICY}
    return FileResponse(found, media_type=kind, headers=headers)


def _begin(request: Request) -> Response:
    del request
    return RedirectResponse(f"{PLACE}/", 308)


start: Final = Route(PLACE, _begin, methods=["GET", "HEAD"], include_in_schema=False)
logo: Final = Route(f"{PLACE}/logo", _logo, methods=["GET", "HEAD"], include_in_schema=False)


@lru_cache(maxsize=8)
def _dressed(page: str, brand: str, colour: str, zone: str, *, logo: bool) -> str:
    """The page with the brand's name and colours in it: nothing jumps when they come."""
    colours = ";".join(f"{name}:{value}" for name, value in members.theme(colour).items())
    name = escape(brand)
    head = f"<title>{name}</title>\n    <style>html:root{{{colours}}}</style>\n    "
    head += f'<meta name="theme-color" content="{colour}">\n    <meta name="siyu-brand" content="{name}">'
    head += f'\n    <meta name="siyu-zone" content="{escape(zone)}">'
    if logo:
        head += f'\n    <meta name="siyu-logo" content="{PLACE}/logo">'
    return page.replace(_TITLE, head, 1)
