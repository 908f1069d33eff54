"""``siyu demo``: the demo brand comes in through the public doors, with its WeCom beside it."""

from siyu.app.demo.filling import fill
from siyu.app.demo.sms import prepare_sms, stand_sms

__all__ = ["fill", "prepare_sms", "stand_sms"]
