"""What may be wrong with content. Each says what to change."""

from typing import ClassVar

from siyu.kernel.errors import SiyuError


class UnfitContent(SiyuError):
    """A platform would refuse it, or it is incomplete."""

    status: ClassVar[int] = 422
    en = "This content cannot be used: {reason}"
    zh = "该内容无法使用：{reason_zh}"


class BadVariable(SiyuError):
    """A text has a variable that is not written as one."""

    status: ClassVar[int] = 422
    en = (
        "'{part}' is not a variable: write {{{{name}}}} or {{{{name|fallback}}}}, with a name of up to 60 characters "
        "and no further brackets."
    )
    zh = (
        "“{part}”不是有效的变量：请写成 {{{{属性}}}} 或 {{{{属性|默认值}}}}，属性名不超过 60 个字符，且不含其他花括号。"
    )


class NoValue(SiyuError):
    """A variable has neither a value for a person nor a fallback."""

    status: ClassVar[int] = 422
    en = (
        "Customer {customer_id} has no value for {names}, and no fallback is given: write {example}, or leave these "
        "people out."
    )
    zh = "客户 {customer_id} 没有{names_zh}的值，且未设置默认值：请写成 {example}，或排除这些客户。"


class KindsExclude(SiyuError):
    """One script offers a person two kinds that exclude each other."""

    status: ClassVar[int] = 422
    en = "{one} and {other} may not come together: '{kind}' excludes '{other_kind}'. Choose another kind for one of them."
    zh = "{one_zh}与{other_zh}不能同时提供：“{kind}”与“{other_kind}”互斥，请更换其中一个的类型。"
