"""Bytes of a file, unpacked: plain, gzip, or a zip that holds one file. Guards against files that unpack without end."""

import gzip
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, Literal, Protocol

from siyu.intake.files.errors import FileTooExpansive, UnreadableFile, unreadable
from siyu.intake.files.types import Limits
from siyu.kernel.errors import original

Container = Literal["plain", "gzip", "zip", "xlsx"]
STEP = 1 << 20
OLE = b"\xd0\xcf\x11\xe0"


class ByteStream(Protocol):
    """Unpacked bytes, read forwards."""

    def read(self, size: int) -> bytes:
        """The next bytes; empty at the end."""
        ...

    def skip(self, offset: int) -> None:
        """Go to a place, counted from the start of the unpacked bytes; call it before the first read."""
        ...

    def consumed(self) -> int:
        """Bytes of the file on disk that were used so far."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class PlainStream:
    """A file as it lies there; a place in it is reached at once."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def skip(self, offset: int) -> None:
        self._file.seek(offset)

    def consumed(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()


class PackedStream:
    """A gzip or zip member, with the guard. A place in it is reached by unpacking up to it (no parsing)."""

    def __init__(self, path: Path, limits: Limits, member: zipfile.ZipInfo | None) -> None:
        self._path, self._limits, self._total = path, limits, path.stat().st_size
        self._raw = path.open("rb")
        self._archive = zipfile.ZipFile(self._raw) if member else None
        self._file: IO[bytes]
        self._packed = 0
        if self._archive and member:
            self._file = self._archive.open(member)
            self._packed = min(member.compress_size, self._total)
        else:
            self._file = gzip.GzipFile(fileobj=self._raw)  # type: ignore[assignment]
        self._member = member
        self._unpacked = 0

    def read(self, size: int) -> bytes:
        try:
            data = self._file.read(min(size, STEP))
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise self._broken(error) from error
        self._unpacked += len(data)
        limits = self._limits
        packed = self._packed or self._raw.tell()
        over = self._unpacked > limits.free_bytes and self._unpacked > limits.ratio * max(packed, 1)
        if over or self._unpacked > limits.total_bytes:
            raise FileTooExpansive(file=self._path.name, limit=limits.ratio, most=limits.total_bytes)
        return data

    def skip(self, offset: int) -> None:
        while self._unpacked < offset:
            if not self.read(min(STEP, offset - self._unpacked)):
                return

    def consumed(self) -> int:
        if self._member:
            return min(self._total, self._total * self._unpacked // max(self._member.file_size, 1))
        return min(self._total, self._raw.tell())

    def close(self) -> None:
        self._file.close()
        if self._archive:
            self._archive.close()
        self._raw.close()

    def _broken(self, error: Exception) -> UnreadableFile:
        if isinstance(error, RuntimeError) and "password" in str(error):
            return unreadable(
                self._path.name, "it is protected by a password; unpack it first", "压缩包有密码，请先解压"
            )
        return unreadable(
            self._path.name, f"the compressed data is damaged ({error})", f"压缩数据已损坏{original(error)}"
        )


def container_of(path: Path) -> tuple[Container, zipfile.ZipInfo | None]:
    """What wraps the table, told by the first bytes, not by the name; for a zip also its one file.

    Raises:
        UnreadableFile: missing, empty, an old ``.xls``, a web page, a zip with no or several files.
    """
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise unreadable(
            path.name, f"the system says: {error.strerror}", f"系统报错{original(error.strerror)}"
        ) from error
    if not head:
        raise unreadable(path.name, "it is empty", "文件为空")
    if head.startswith(OLE):
        raise unreadable(
            path.name,
            "it is an old .xls or a workbook with a password; save it as .xlsx without a password, or as CSV",
            "这是旧版 .xls 或带密码的工作簿，请另存为不带密码的 .xlsx 或 CSV",
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise unreadable(
            path.name,
            "it is a web page, not a table; save it as CSV or .xlsx",
            "这是网页而不是表格，请另存为 CSV 或 .xlsx",
        )
    if head.startswith(b"\x1f\x8b"):
        return "gzip", None
    if head.startswith(b"PK"):
        return _inside_zip(path)
    return "plain", None


def _inside_zip(path: Path) -> tuple[Container, zipfile.ZipInfo | None]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise unreadable(path.name, f"the zip is damaged ({error})", f"压缩包已损坏{original(error)}") from error
    if any(member.filename == "xl/workbook.xml" for member in members):
        return "xlsx", None
    files = [
        m
        for m in members
        if not m.is_dir() and not m.filename.startswith("__MACOSX/") and not m.filename.endswith(".DS_Store")
    ]
    if len(files) != 1:
        names = ", ".join(m.filename for m in files[:5]) or "-"
        raise unreadable(
            path.name,
            f"the zip holds {len(files)} files ({names}); unpack it and import them one by one",
            f"压缩包内有 {len(files)} 个文件（{names}），请解压后逐个导入",
        )
    if files[0].flag_bits & 1:
        raise unreadable(path.name, "it is protected by a password; unpack it first", "压缩包有密码，请先解压")
    return "zip", files[0]


def open_bytes(path: Path, limits: Limits) -> tuple[ByteStream, Container]:
    """Open a file that is not a workbook."""
    container, member = container_of(path)
    if container == "plain":
        return PlainStream(path), container
    return PackedStream(path, limits, member), container


def check_workbook(path: Path, limits: Limits) -> None:
    """Refuse a workbook that would unpack to more than it may.

    Raises:
        FileTooExpansive: it would.
    """
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    size = path.stat().st_size
    if unpacked > limits.workbook_bytes or (unpacked > limits.free_bytes and unpacked > limits.ratio * size):
        raise FileTooExpansive(file=path.name, limit=limits.ratio, most=limits.workbook_bytes)


def workbook_inside(path: Path, limits: Limits) -> IO[bytes] | None:
    """Some platforms zip their workbooks: unpack such a one to a temporary file, or None when the zip holds no workbook."""
    container, member = container_of(path)
    if container != "zip" or member is None:
        return None
    stream = PackedStream(path, limits, member)
    try:
        head = stream.read(4)
        if head != b"PK\x03\x04":
            return None
        unpacked = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - lives as long as the workbook
        while head:
            unpacked.write(head)
            head = stream.read(STEP)
        unpacked.flush()
        return unpacked
    finally:
        stream.close()
