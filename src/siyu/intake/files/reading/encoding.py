"""Which encoding a text file is in, told from its beginning."""

import codecs

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def detect_encoding(prefix: bytes, *, complete: bool) -> tuple[str, int]:
    """The encoding and how many bytes its mark takes: a mark decides, else UTF-8 if it is that, else GB18030.

    One bad byte does not turn a UTF-8 file into another: the encoding with fewer wrong characters wins.
    """
    for mark, name in BOMS:
        if prefix.startswith(mark):
            return name, len(mark)
    wrong_utf8 = _wrong_characters(prefix, "utf-8", complete=complete)
    if wrong_utf8 == 0:
        return "utf-8", 0
    wrong_gb = _wrong_characters(prefix, "gb18030", complete=complete)
    foreign = sum(byte > 127 for byte in prefix[:65536]) or 1
    # GB18030 takes almost any pair of bytes, so being rarely wrong as UTF-8 says more than not being wrong as GB18030
    return ("utf-8", 0) if wrong_utf8 <= wrong_gb or wrong_utf8 * 50 < foreign else ("gb18030", 0)


def _wrong_characters(data: bytes, encoding: str, *, complete: bool) -> int:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return decoder.decode(data, final=complete).count("\ufffd") - data.count("\ufffd".encode())


def decode(block: bytes, encoding: str) -> tuple[str, bool]:
    """Decode strictly; where that fails, mark the bad bytes with lone surrogates and say so."""
    try:
        return block.decode(encoding), True
    except UnicodeDecodeError:
        return block.decode(encoding, "surrogateescape"), False


def is_broken(text: str) -> bool:
    """Whether a cell holds bytes that could not be decoded (see :func:`decode`)."""
    return not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text)
