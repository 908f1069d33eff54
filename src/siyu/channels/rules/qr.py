"""QR codes and posters, drawn by us."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

import segno

Theme = Literal["plain", "red", "green", "night"]


@dataclass(frozen=True, slots=True)
class _Colours:
    paper: str
    ink: str
    faint: str
    accent: str
    on_accent: str


THEMES: Final[Mapping[Theme, _Colours]] = {
    "plain": _Colours("#ffffff", "#1f2329", "#646a73", "#1f2329", "#ffffff"),
    "red": _Colours("#fff7f5", "#3b1210", "#8c5a54", "#c8281e", "#ffffff"),
    "green": _Colours("#f4fbf6", "#12321f", "#567564", "#0f8a4b", "#ffffff"),
    "night": _Colours("#15181f", "#f5f6f7", "#a7adb7", "#e2b45c", "#15181f"),
}
_BORDER: Final = 4  # modules; less and scanners miss it
_WIDTH, _HEIGHT = 750, 1000
_FONT: Final = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC',sans-serif"
_KINDS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class Poster:
    """What a poster shows.

    Attributes:
        brand, title, place, hint: lines of text, each may be empty.
        text: what the QR says; where it is empty, ``picture`` is shown.
        picture: the platform's own.
    """

    brand: str
    title: str
    place: str = ""
    hint: str = ""
    text: str = ""
    picture: bytes = field(default=b"", repr=False)
    theme: Theme = "plain"


def kind_of(picture: bytes) -> str | None:
    """The media type of a picture; ``None`` when it is none that browsers show safely."""
    found = next((kind for start, kind in _KINDS if picture.startswith(start)), None)
    if found is None and picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return found


def svg(text: str) -> str:
    """A QR as a picture of its own."""
    modules, size = _modules(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size * 10}" height="{size * 10}">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/>{modules}</svg>'
    )


def png(text: str, scale: int = 10) -> bytes:
    """The same in points, ``scale`` to a module."""
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=scale, border=_BORDER)
    return buffer.getvalue()


def data_uri(picture: bytes) -> str:
    """A picture within a page; empty when it is none."""
    kind = kind_of(picture)
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}" if kind else ""


def poster(shown: Poster) -> str:
    """A poster of 750 by 1000 as SVG; it needs no other file. Every text is escaped."""
    colours = THEMES[shown.theme]
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family={quoteattr(_FONT)} text-anchor="middle">',
        f'<path fill="{colours.paper}" d="M0 0h{_WIDTH}v{_HEIGHT}H0z"/>',
        f'<path fill="{colours.accent}" d="M0 0h{_WIDTH}v132H0z"/>',
        _line(shown.brand, 86, 48, 650, colours.on_accent, bold=True),
        _line(shown.title, 232, 46, 650, colours.ink, bold=True),
        _line(shown.place, 292, 30, 650, colours.faint),
        '<rect x="155" y="340" width="440" height="440" rx="24" fill="#ffffff"/>',
        _qr(shown),
        _line(shown.hint, 860, 32, 650, colours.ink),
        f'<path fill="{colours.accent}" d="M315 900h120v6h-120z"/>',
        "</svg>",
    ]
    return "".join(lines)


def _qr(shown: Poster) -> str:
    if shown.text:
        modules, size = _modules(shown.text)
        scale = 420 / size
        return f'<g transform="translate(165 350) scale({scale:.5f})">{modules}</g>'
    uri = data_uri(shown.picture)
    return f'<image x="165" y="350" width="420" height="420" href="{uri}"/>' if uri else ""


def _modules(text: str) -> tuple[str, int]:
    """The dark modules as one path, and how many fit into a side with the border."""
    code = segno.make(text, error="m", micro=False)
    runs = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start + _BORDER} {y + _BORDER}h{x - start}v1h-{x - start}z")
            x += 1
    return f'<path fill="#000" d="{"".join(runs)}"/>', len(code.matrix) + 2 * _BORDER


def _line(text: str, y: int, size: int, room: int, colour: str, *, bold: bool = False) -> str:
    """One line, smaller where it would not fit, and cut where it would become too small to read."""
    cleaned = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if not cleaned:
        return ""
    smallest = size * 0.55
    while _breadth(cleaned) * smallest > room:
        cleaned = cleaned[:-2] + "…"
    fitting = min(size, room / _breadth(cleaned))
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{_WIDTH // 2}" y="{y}" font-size="{fitting:.1f}" fill="{colour}"{weight}>{escape(cleaned)}</text>'


def _breadth(text: str) -> float:
    """How broad a line is, in its own size."""
    return sum(1.0 if east_asian_width(char) in "WFA" else 0.58 for char in text)
