"""The APIs of WeCom, one thin function each: what is asked in its own words, what is answered as a dataclass.

Each raises what :class:`~siyu.channels.wecom.client.Client` raises. What writes says so, and whether it may be repeated.
"""
