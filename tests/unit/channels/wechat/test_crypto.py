"""The platform's own example."""

import pytest

from siyu.channels.wechat import crypto

TOKEN = "QDG6eK"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
RECEIVER = "wx5823bf96d3bd56c7"
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="


def test_the_signature() -> None:
    said = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert crypto.signed(said, TOKEN, "1409659589", "263014780", ECHO)
    assert not crypto.signed(said[:-1] + "0", TOKEN, "1409659589", "263014780", ECHO)


def test_the_text() -> None:
    assert crypto.decrypt(crypto.key_of(KEY), ECHO, RECEIVER) == b"1616140317555161061"


@pytest.mark.parametrize(
    ("encrypted", "receiver"),
    [(ECHO, "wx0"), (ECHO[:-24], RECEIVER), ("", RECEIVER), ("é", RECEIVER), ("YQ==", RECEIVER)],
)
def test_anything_else(encrypted: str, receiver: str) -> None:
    with pytest.raises(crypto.Garbled):
        crypto.decrypt(crypto.key_of(KEY), encrypted, receiver)


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "=", "é" * 43])
def test_a_wrong_key(key: str) -> None:
    with pytest.raises(crypto.Garbled):
        crypto.key_of(key)
