"""What pydantic found wrong with a value, said in both languages."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from siyu.kernel.errors import BadInput, WrongValue, original

T = TypeVar("T")

_ZH: Final[Mapping[str, str]] = {
    "missing": "缺少必填项",
    "extra_forbidden": "没有这一项",
    "literal_error": "取值不在允许范围内",
    "enum": "取值不在允许范围内",
    "greater_than": "取值过小",
    "greater_than_equal": "取值过小",
    "less_than": "取值过大",
    "less_than_equal": "取值过大",
    "string_too_short": "文本过短",
    "string_too_long": "文本过长",
    "too_short": "项数过少",
    "too_long": "项数过多",
    "string_pattern_mismatch": "格式不正确",
    "json_invalid": "不是有效的 JSON",
    "string_type": "应为文本",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "date_type": "应为日期",
    "date_parsing": "应为日期",
    "date_from_datetime_parsing": "应为日期",
    "datetime_type": "应为时间",
    "datetime_parsing": "应为时间",
    "datetime_from_date_parsing": "应为时间",
    "timezone_aware": "时间应带有时区",
}


def explained(found: Mapping[str, Any]) -> tuple[str, str]:
    """One entry of ``ValidationError.errors()`` in English and in Chinese, both without a full stop.

    A validator of ours that raises :class:`~siyu.kernel.errors.WrongValue` is heard in its own words.
    """
    cause = found.get("ctx", {}).get("error")
    if isinstance(cause, WrongValue):
        return cause.en, cause.zh
    said = str(found["msg"]).removeprefix("Value error, ")
    return said, f"{_ZH.get(str(found['type']), '取值不合法')}{original(said)}"


def first_wrong(problem: ValidationError, whole: str = "") -> tuple[str, str]:
    """The first thing that is wrong, with its place before it, in English and in Chinese, both without a full stop.

    Args:
        problem: what pydantic found.
        whole: how the place is called where it is no part but all of it.
    """
    first = problem.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or whole
    en, zh = explained(first)
    return f"{place}: {en}", f"{place}：{zh}"


def read_json(adapter: TypeAdapter[T], said: Any, whole: str) -> T:
    """What JSON says, as a type.

    Args:
        adapter: of the type.
        said: the JSON, read.
        whole: how all of it is called where a part is not to blame.

    Raises:
        BadInput: says what to change.
    """
    try:
        return adapter.validate_json(orjson.dumps(said))
    except ValidationError as problem:
        en, zh = first_wrong(problem, whole)
        raise BadInput(reason=f"{en}.", reason_zh=f"{zh}。") from None
