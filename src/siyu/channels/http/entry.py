"""The page of an entry code: what somebody sees in WeChat who opened its link. It loads nothing from anywhere else."""

import base64
import hashlib
import re
from html import escape
from pathlib import Path as File
from typing import Annotated, Final

from fastapi import Path, Request
from fastapi.responses import HTMLResponse, Response

from siyu.channels.service import codes as service
from siyu.engines.http import Conn, Now, Router
from siyu.kernel.errors import NotFound

router = Router(include_in_schema=False)

PublicId = Annotated[str, Path(max_length=40)]
_PAGE: Final = (File(__file__).parent / "entry.html").read_text("utf-8")
_STYLE: Final = base64.b64encode(
    hashlib.sha256(_PAGE.partition("<style>")[2].partition("</style>")[0].encode()).digest()
).decode()
_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE}'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@router.get("/e/{public_id}")
def page(request: Request, public_id: PublicId, conn: Conn, now: Now) -> HTMLResponse:
    """The code as it is now; that it was shown is counted."""
    state = request.app.state
    brand = str(state.brand_name)
    try:
        code = service.page_of(conn, public_id, now, state.brand_zone)
    except NotFound:
        said = '<p class="say">此二维码已停用，请联系店员获取新的二维码。</p>'
        return HTMLResponse(_filled(brand, "", said), 404, _HEADERS)
    place = " ".join(part for part in (code.definition.region, code.definition.store) if part)
    if not code.pictured:
        return HTMLResponse(_filled(brand, place, '<p class="say">二维码生成中，请稍后刷新。</p>'), 200, _HEADERS)
    body = f'<img src="/e/{escape(code.public_id)}/qr" alt="二维码" width="260" height="260">'
    body += '<p class="say">长按识别二维码</p>'
    if code.url:
        body += f'<a href="{escape(code.url)}">直接添加</a>'
    return HTMLResponse(_filled(brand or code.name, place, body), 200, _HEADERS)


@router.get("/e/{public_id}/qr")
def picture(public_id: PublicId, conn: Conn, now: Now) -> Response:
    """The QR on the page, in points: WeChat recognises no drawn ones."""
    found = service.page_picture(conn, public_id, now)
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": "no-store"})


def _filled(brand: str, place: str, body: str) -> str:
    """The page with its texts; the body is made of escaped parts."""
    texts = {"title": escape(brand or "扫码添加"), "brand": escape(brand), "place": escape(place), "body": body}
    return re.sub(r"\{\{(\w+)\}\}", lambda found: texts[found[1]], _PAGE)
