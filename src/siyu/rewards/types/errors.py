"""Why something cannot be had."""

from typing import ClassVar

from siyu.kernel.errors import SiyuError


class SoldOut(SiyuError):
    """Less is left than is wanted."""

    status: ClassVar[int] = 409
    en = "'{name}' is sold out: {left} left. Choose another one, or come back when there is more."
    zh = "“{name}”已兑完，剩余 {left} 件。请选择其他权益商品，或等待补货。"


class NotOpen(SiyuError):
    """An offer cannot be redeemed at this moment."""

    status: ClassVar[int] = 409
    en = "'{name}' cannot be redeemed now: {reason}"
    zh = "“{name}”目前不可兑换：{reason_zh}"


class LimitReached(SiyuError):
    """Somebody has had as much as one may have."""

    status: ClassVar[int] = 409
    en = "{reason} Choose another one."
    zh = "{reason_zh}请选择其他权益商品。"


class UnderMargin(SiyuError):
    """It would be given for less than it costs and the set margin."""

    status: ClassVar[int] = 400
    en = "'{name}' would be given under its margin: {reason}"
    zh = "“{name}”低于设定的毛利底线：{reason_zh}"


class CouponRefused(SiyuError):
    """A coupon cannot be used, got or given here."""

    status: ClassVar[int] = 409
    en = "The coupon '{name}' cannot be used here: {reason}"
    zh = "优惠券“{name}”无法使用：{reason_zh}"


class OthersCoupon(SiyuError):
    """A coupon is somebody else's."""

    status: ClassVar[int] = 403
    en = "This coupon belongs to somebody else. Only who holds it may use it."
    zh = "该优惠券属于他人，仅限持有人本人使用。"
