"""企业微信 (WeCom), as a plugin: it knows the protocol of channels and nothing else of Siyu."""

from siyu.channels.wecom.channel import Wecom

__all__ = ["Wecom"]
