"""Compression of HTTP bodies. The codecs besides zlib are loaded when a client asks for one."""

import importlib
import sys
import zlib
from collections.abc import Callable
from typing import Any, Protocol


class Compressor(Protocol):
    """Compresses a stream piece by piece."""

    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class Lz4Compressor:
    """LZ4 frames with the interface of the others."""

    def __init__(self, frame: Any) -> None:
        self._inner = frame.LZ4FrameCompressor()
        self._begun = False

    def compress(self, data: bytes, /) -> bytes:
        head = b"" if self._begun else self._inner.begin()
        self._begun = True
        return bytes(head + self._inner.compress(data))

    def flush(self) -> bytes:
        return bytes((b"" if self._begun else self._inner.begin()) + self._inner.flush())


def compressor(accepted: str) -> tuple[str, Compressor] | None:
    """The first encoding of an Accept-Encoding header that we know, with a compressor for it."""
    for part in accepted.split(","):
        name = part.split(";")[0].strip().lower()
        if name in {"gzip", "deflate"}:
            return name, zlib.compressobj(1, zlib.DEFLATED, 31 if name == "gzip" else 15)
        module = _module(name)
        if module is not None:
            return name, Lz4Compressor(module) if name == "lz4" else module.ZstdCompressor()
    return None


def decompressor(encoding: str) -> Callable[[bytes], bytes] | None:
    """A function that takes compressed pieces and gives plain ones; ``None`` for an encoding we do not know.

    Every encoding here allows several members or frames behind each other: clients write one per block.
    """
    if encoding in {"gzip", "deflate"}:
        return _Frames(lambda: zlib.decompressobj(31 if encoding == "gzip" else 15)).feed
    module = _module(encoding)
    if module is None:
        return None
    return _Frames(module.LZ4FrameDecompressor if encoding == "lz4" else module.ZstdDecompressor).feed


class _Frames:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._inner = make()

    def feed(self, data: bytes) -> bytes:
        out = b""
        while data:
            if self._inner.eof:
                self._inner = self._make()
            out += self._inner.decompress(data)
            data = self._inner.unused_data if self._inner.eof else b""
        return out


def _module(name: str) -> Any:
    """The module for ``lz4`` or ``zstd``, if it is installed (both come with clickhouse-connect)."""
    try:
        if name == "lz4":
            return importlib.import_module("lz4.frame")
        if name == "zstd":
            return importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    except ImportError:
        return None
    return None
