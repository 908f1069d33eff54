"""Callbacks as XML, in the order of fields in which the platform writes them."""

from typing import Any


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f"<{name}>" + "".join(_element("Item", one) for one in value) + f"</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    safe = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"


def event_xml(corp_id: str, now: int, event: str, change: str, fields: dict[str, Any]) -> str:
    """One event. Texts are CDATA, numbers are not; empty texts are left out."""
    said = {"ToUserName": corp_id, "FromUserName": "sys", "CreateTime": now, "MsgType": "event", "Event": event}
    if event == "change_external_chat":  # here the group stands before what happened to it
        said["ChatId"] = fields["ChatId"]
    if change:
        said["ChangeType"] = change
    said |= {name: value for name, value in fields.items() if value not in ("", None)}
    return "<xml>" + "".join(_element(name, value) for name, value in said.items()) + "</xml>"
