"""Just enough of ClickHouse's grammar to know what a request wants: its first word, where inline data begins, FORMAT."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"""
      (?P<skip>\s+|--[^\n]*|\#[ !][^\n]*|/\*.*?\*/)
    | (?P<string>'(?:[^'\\]|\\.|'')*')
    | (?P<quoted>"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TRAILING_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*(?:SETTINGS\b[^'\"`]*)?;?\s*$", re.IGNORECASE)
_READS = frozenset({b"SELECT", b"WITH", b"SHOW", b"DESCRIBE", b"DESC", b"EXISTS", b"EXPLAIN"})
_CHANGES_SESSION = frozenset({b"SET", b"USE"})


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT whose data follows the statement.

    Attributes:
        statement: up to, not including, FORMAT or VALUES.
        format: the input format of the data.
        data_at: where in the text the data begins.
    """

    statement: str
    format: str
    data_at: int


def first_word(text: bytes) -> bytes:
    """The first keyword in capitals; comments and opening brackets before it do not count."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "word":
            return match[0].upper()
        if match.lastgroup != "skip" and match[0] != b"(":
            return b""
    return b""


def reads(word: bytes) -> bool:
    """Whether a statement that begins so only reads."""
    return word in _READS


def streams(word: bytes) -> bool:
    """Whether chDB can hand out the result of such a statement block by block."""
    return word in {b"SELECT", b"WITH"}


def changes_session(word: bytes) -> bool:
    """Whether a statement that begins so changes the connection it runs on."""
    return word in _CHANGES_SESSION


def may_be_several(text: bytes) -> bool:
    """Whether there is something after a semicolon (inside a string it does not matter: the caller asks chDB)."""
    return b";" in text.rstrip(b"; \t\r\n")


def split(text: str) -> list[str]:
    """The statements of a script, without their semicolons; blank ones are left out."""
    pieces: list[bytearray] = [bytearray()]
    for match in _TOKEN.finditer(text.encode()):
        if match[0] == b";":
            pieces.append(bytearray())
        else:
            pieces[-1] += match[0]
    return [piece.decode().strip() for piece in pieces if first_word(bytes(piece))]


def output_format(text: str) -> str | None:
    """The format that the statement itself asks for."""
    match = _TRAILING_FORMAT.search(text)
    return match[1] if match else None


def find_insert(text: bytes) -> Insert | None:
    """Split an INSERT with inline data. ``None``: not an INSERT, or one without data (``INSERT … SELECT``)."""
    depth, previous, name_expected, started = 0, b"", False, False
    for match in _TOKEN.finditer(text):
        token, kind = match[0], match.lastgroup
        if kind == "skip":
            continue
        if kind != "word":
            depth += (token == b"(") - (token == b")")
            name_expected = token == b"."
            previous = token
            continue
        word = token.upper()
        if not started:
            if word != b"INSERT":
                return None
            started = True
        elif name_expected and word not in {b"TABLE", b"FUNCTION"}:
            name_expected = False  # a table may be called "format"
        elif depth:
            if word == b"SELECT" and previous == b"(":
                return None
        elif word in {b"INTO", b"TABLE"}:
            name_expected = True
        elif word in {b"SELECT", b"WITH", b"INFILE", b"WATCH"}:
            return None
        elif word == b"VALUES":
            return Insert(text[: match.start()].decode(), "Values", match.end())
        elif word == b"FORMAT":
            return _with_format(text, match.start(), match.end())
        previous = word
    return None


def _with_format(text: bytes, clause_at: int, name_from: int) -> Insert | None:
    match = re.compile(rb"\s+(\w+)").match(text, name_from)
    if match is None or match.end() == len(text):
        return None if match is None else Insert(text[:clause_at].decode(), match[1].decode(), len(text))
    # Data begins after the first newline if there is one before it, or else after the blanks.
    blank = re.compile(rb"[ \t\r]*\n|[ \t\r]*;?[ \t\r]*\n?").match(text, match.end())
    at = blank.end() if blank else match.end()
    return Insert(text[:clause_at].decode(), match[1].decode(), at)
