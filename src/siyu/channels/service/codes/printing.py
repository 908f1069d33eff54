"""What is printed and downloaded: QR codes, posters, package cards as CSV and ZIP."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import Connection

from siyu.channels.rules import qr
from siyu.channels.rules.qr import Poster, Theme
from siyu.channels.service.codes.reading import Picture, code
from siyu.channels.store import codes as tables
from siyu.channels.types import Card, Code, CodeKind
from siyu.engines.postgres import Database
from siyu.kernel.errors import Conflict

_PIECE: Final = 200  # cards, of which the pictures are in memory at one time
_SUFFIXES: Final = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_HINTS: Final[dict[CodeKind, str]] = {
    "staff": "长按或扫码添加",
    "group": "长按或扫码进群",
    "link": "长按或扫码添加",
    "follow": "长按或扫码关注",
}
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


def code_qr(conn: Connection, code_id: int, *, vector: bool = False) -> Picture:
    """The QR that brings people in: drawn by us where the platform gives a URL, else the platform's own picture.

    Raises:
        NotFound: there is no such code.
        Conflict: the platform does not know it yet.
    """
    code(conn, code_id)
    url, picture = tables.picture(conn, code_id)
    if url:
        return _drawn(url, vector=vector)
    kind = qr.kind_of(picture)
    if kind is None:
        raise _not_yet()
    return Picture(picture, kind)


def page_qr(conn: Connection, code_id: int, base_url: str, *, vector: bool = False) -> Picture:
    """The QR of the code's page, which shows the code itself.

    Raises:
        NotFound: there is no such code.
    """
    return _drawn(page_url(code(conn, code_id), base_url), vector=vector)


def page_url(of: Code, base_url: str) -> str:
    """Where the code's page is."""
    return f"{base_url}/e/{of.public_id}"


def code_poster(
    conn: Connection, code_id: int, *, brand: str, title: str, theme: Theme, page: bool, base_url: str
) -> str:
    """A poster as SVG, with the QR of the code, or of its page.

    Raises:
        NotFound: there is no such code.
        Conflict: the platform does not know it yet.
    """
    found = code(conn, code_id)
    url, picture = tables.picture(conn, code_id)
    text = page_url(found, base_url) if page else url
    if not text and qr.kind_of(picture) is None:
        raise _not_yet()
    place = " ".join(part for part in (found.definition.region, found.definition.store) if part)
    return qr.poster(Poster(brand, title or found.name, place, _HINTS[found.kind], text, picture, theme))


def card_lines(database: Database, of: Code) -> Iterator[bytes]:
    """The cards as CSV for Excel (UTF-8 with BOM): number, what arrivals carry, the file of its QR, its state."""
    yield b"\xef\xbb\xbf" + _csv(["编号", "渠道参数", "二维码文件", "链接", "状态"])
    for card in _cards(database, of, pictures=True):
        name, _ = _file(card)
        state = "可用" if name else (f"失败：{card.problem.zh}" if card.problem else "生成中")
        yield _csv([str(card.number), card.state, name, card.url, state])


def card_pictures(database: Database, of: Code) -> Iterator[bytes]:
    """A ZIP of the QR of every card that can be used, in pieces; a few hundred pictures are in memory at most."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # pictures do not shrink
        for card in _cards(database, of, pictures=True):
            name, content = _file(card)
            if name:
                archive.writestr(zipfile.ZipInfo(name), content)
                yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """What a ZIP is written to: it cannot go back, and gives away what it has."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        given = b"".join(self._parts)
        self._parts.clear()
        return given


def _cards(database: Database, of: Code, *, pictures: bool) -> Iterator[Card]:
    """In pieces, each in a transaction of its own: a slow reader holds none open."""
    after = 0
    while True:
        with database.transaction() as conn:
            piece = tables.cards(conn, of.id, after=after, limit=_PIECE, pictures=pictures)
        yield from piece
        if len(piece) < _PIECE:
            return
        after = piece[-1].number


def _file(card: Card) -> tuple[str, bytes]:
    """Name and content of a card's picture; empty while it cannot be used."""
    if card.url:
        return f"{card.number:06}.png", qr.png(card.url)
    kind = qr.kind_of(card.picture)
    return (f"{card.number:06}.{_SUFFIXES[kind]}", card.picture) if kind else ("", b"")


def _csv(cells: list[str]) -> bytes:
    """One line; what a spreadsheet would take for a formula is told to be text."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if cell.startswith(_RISKY) else cell for cell in cells])
    return line.getvalue().encode()


def _drawn(text: str, *, vector: bool) -> Picture:
    draw: Callable[[str], bytes] = (lambda said: qr.svg(said).encode()) if vector else qr.png
    return Picture(draw(text), "image/svg+xml" if vector else "image/png")


def _not_yet() -> Conflict:
    return Conflict(
        reason="the platform has not opened this code yet. See its problem, or wait some seconds.",
        reason_zh="平台尚未生成该活码，请查看其异常说明，或稍候几秒。",
    )
