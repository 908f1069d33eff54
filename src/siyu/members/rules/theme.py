"""The brand's colour on pages of members: what can be read upon it, and how it is written with."""

import re
from typing import Final

_HEX: Final = re.compile(r"#[0-9a-f]{6}")
_LEAST: Final = 4.5  # contrast of text that everybody can read, WCAG AA
_STEP: Final = 0.02


def theme(colour: str) -> dict[str, str]:
    """CSS variables from a colour such as ``#1677ff``: itself, what is read upon it, and a shade of it to write with."""
    clean = colour.lower()
    assert _HEX.fullmatch(clean), colour
    return {"--brand": clean, "--brand-upon": upon(clean), "--brand-ink": ink(clean), "--brand-pale": pale(clean)}


def upon(colour: str) -> str:
    """White where it can be read upon a colour, else black: of the two one always can."""
    return "#ffffff" if contrast(colour, "#ffffff") >= _LEAST else "#000000"


def ink(colour: str) -> str:
    """The colour, darkened until it can be read on a pale shade of itself, and so on white."""
    ground, share = pale(colour), 1.0
    while share > 0 and contrast(_mixed(colour, "#000000", share), ground) < _LEAST:
        share -= _STEP
    return _mixed(colour, "#000000", max(share, 0.0))


def pale(colour: str) -> str:
    """A tenth of the colour, the rest white."""
    return _mixed(colour, "#ffffff", 0.1)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG reckons it: 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)
