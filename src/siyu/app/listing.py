"""Lists from files: the lines of a text or CSV file, whatever program wrote it."""

import csv
import io

from siyu.kernel.errors import BadInput

_HEADINGS = frozenset(
    {"id", "customer_id", "phone", "mobile", "客户编号", "手机号", "手机号码", "手机", "编号", "会员号"}
)


def lines_of(data: bytes) -> list[str]:
    """The first cell of each line; a heading is left out.

    Raises:
        BadInput: it is no text (a workbook, for example).
    """
    lines = [row[0].strip() for row in csv.reader(io.StringIO(_text(data), newline="")) if row and row[0].strip()]
    return lines[1:] if lines and lines[0].lower() in _HEADINGS else lines


def _text(data: bytes) -> str:
    if b"\0" not in data[:1000]:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise BadInput(
        reason="the file is no text. Save it as CSV or TXT, one person a line.",
        reason_zh="文件不是文本格式，请另存为 CSV 或 TXT，每行一人。",
    )
