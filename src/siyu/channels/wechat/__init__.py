"""WeChat: official accounts (公众号, 服务号) and mini programs (小程序), two channels that share one client."""

from siyu.channels.wechat.accounts import MiniProgram, OfficialAccount

__all__ = ["MiniProgram", "OfficialAccount"]
