"""WeChat Pay's API v3 as a port: JSAPI payments, refunds, and transfers that their receiver confirms."""

from siyu.payments.wechat.port import WechatPay

__all__ = ["WechatPay"]
