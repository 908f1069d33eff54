"""Channels: accounts on WeCom, WeChat and others; what they may do and how much; a mirror of what they hold.

Owns accounts with their secrets, tokens, quotas and rates; the mirror of staff, contacts, tags and groups; entry codes.
Each platform is a plugin that the others do not know (:mod:`siyu.channels.types`); docs/decisions/0017.
"""
