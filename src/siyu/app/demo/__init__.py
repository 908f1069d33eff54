"""``siyu demo``: the demo brand comes in through the public doors, with its WeCom beside it."""

from siyu.app.demo.filling import fill

__all__ = ["fill"]
