"""Signature and encryption against the vectors that the platform publishes."""

import base64

import pytest

from siyu.rehearsal.platforms.wecom.crypto import CallbackCrypto, signature
from siyu.rehearsal.platforms.wecom.events import event_xml

TOKEN = "QDG6eK"
CRYPTO = CallbackCrypto("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)


def test_official_signatures() -> None:
    assert signature(TOKEN, "1409659589", "263014780", ECHO) == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert signature(TOKEN, "1409659813", "1372623149", MESSAGE) == "477715d11cdb4164915debcba66cb864d751f3e6"


def test_official_texts() -> None:
    assert CRYPTO.decrypt(ECHO) == "1616140317555161061"
    xml = CRYPTO.decrypt(MESSAGE)
    assert "<![CDATA[hello]]>" in xml
    assert "<MsgId>4561255354251345929</MsgId>" in xml
    assert "<AgentID>218</AgentID>" in xml


@pytest.mark.parametrize("encrypted", [ECHO, MESSAGE])
def test_encrypts_to_the_official_bytes(encrypted: str) -> None:
    """With the 16 random bytes of the official text, the same bytes come out."""
    decryptor = CRYPTO._cipher().decryptor()
    salt = decryptor.update(base64.b64decode(encrypted))[:16]
    assert CRYPTO.encrypt(CRYPTO.decrypt(encrypted), salt) == encrypted


def test_another_receiver_is_noticed() -> None:
    other = CallbackCrypto(CRYPTO.aes_key, "ww1111111111111111")
    with pytest.raises(ValueError, match="another receiver"):
        other.decrypt(ECHO)


def test_xml_is_as_documented() -> None:
    fields = {
        "ChatId": "wr1",
        "UpdateDetail": "add_member",
        "JoinScene": 1,
        "QuitScene": 0,
        "MemChangeList": ["wmA", "wmB"],
        "State": "",
    }
    assert event_xml("toUser", 1403610513, "change_external_chat", "update", fields) == (
        "<xml><ToUserName><![CDATA[toUser]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"
        "<CreateTime>1403610513</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        "<Event><![CDATA[change_external_chat]]></Event><ChatId><![CDATA[wr1]]></ChatId>"
        "<ChangeType><![CDATA[update]]></ChangeType><UpdateDetail><![CDATA[add_member]]></UpdateDetail>"
        "<JoinScene>1</JoinScene><QuitScene>0</QuitScene>"
        "<MemChangeList><Item><![CDATA[wmA]]></Item><Item><![CDATA[wmB]]></Item></MemChangeList></xml>"
    )


def test_text_cannot_break_out() -> None:
    assert "<![CDATA[a]]]]><![CDATA[><b>]]>" in event_xml("c", 1, "e", "", {"State": "a]]><b>"})
