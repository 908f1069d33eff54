"""Why a row is not taken, and what was odd, in English and Chinese."""

from siyu.intake.files.types import Note, Problem


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


MISSING = Problem("missing", "the value is missing", "缺少必填值")
ROUNDED = Problem(
    "rounded",
    "a spreadsheet has rounded this number; export again and do not save it from Excel",
    "该编号已被表格软件四舍五入，请重新导出且不要用 Excel 另存",
)
NOBODY = Problem(
    "nobody",
    "no usable identifier: the phone is empty, masked or rounded",
    "没有可用的身份标识：手机号为空、被脱敏或被四舍五入",
)
UNDECODABLE = Problem(
    "undecodable", "these bytes are no text in the encoding of the file", "存在与文件编码不符的字节，无法解码"
)
OPEN_QUOTE = Problem("open_quote", "a quotation mark is opened and not closed", "引号未闭合")


def too_long(length: int) -> Problem:
    return Problem("too_long", f"the cell is {length} characters long", f"单元格过长（{length} 个字符）")


def not_money(text: str) -> Problem:
    return Problem("money", f"'{_short(text)}' is not an amount of money", f"“{_short(text)}”不是金额")


def not_count(text: str) -> Problem:
    return Problem("count", f"'{_short(text)}' is not a quantity", f"“{_short(text)}”不是数量")


def not_number(text: str) -> Problem:
    return Problem("number", f"'{_short(text)}' is not a number", f"“{_short(text)}”不是数字")


def not_time(text: str) -> Problem:
    return Problem("time", f"'{_short(text)}' is not a time", f"“{_short(text)}”不是时间")


def in_future(text: str) -> Problem:
    return Problem("future", f"'{_short(text)}' is in the future", f"“{_short(text)}”在未来")


def wrong_width(found: int, wanted: int) -> Problem:
    return Problem(
        "columns", f"the row has {found} columns, the header has {wanted}", f"该行有 {found} 列，表头有 {wanted} 列"
    )


def not_parsed(reason: str) -> Problem:
    return Problem("unreadable", f"the row cannot be read: {reason}", f"无法解析该行：{reason}")


_NOTES = {
    "unknown_status": ("the status '{value}' is not known; kept as it is", "未知的订单状态“{value}”，按原文保留"),
    "unknown_refund": (
        "the refund status '{value}' is not known; kept as it is",
        "未知的退款状态“{value}”，按原文保留",
    ),
    "masked_identifier": (
        "{value} is masked by the platform and identifies nobody",
        "{value} 已被平台脱敏，不能用于识别客户",
    ),
    "rounded_identifier": (
        "{value} was rounded by a spreadsheet and identifies nobody",
        "{value} 已被表格软件四舍五入，不能用于识别客户",
    ),
    "fractional_quantity": ("quantities that are not whole were rounded up", "数量不是整数，已向上取整"),
    "refund_assumed": (
        "refunded without an amount: taken as the whole payment",
        "已退款但文件中没有退款金额：按全额退款计算",
    ),
    "time_assumed": ("no time: the date in the order number was taken", "没有时间：取订单号中的日期"),
    "repeated_orders": (
        "derived order numbers come again further down and would overwrite each other; sort the file by the derive_order_no columns",
        "推导出的订单号在文件后面重复出现，会相互覆盖；请按 derive_order_no 的列排序",
    ),
}


def note(code: str, value: str, rows: int) -> Note:
    """A note with its sentences."""
    en, zh = _NOTES[code]
    return Note(code, value, rows, en.format(value=value), zh.format(value=value))
