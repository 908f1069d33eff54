"""The official vectors, and everything that is not one."""

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.channels.wecom.standing import AES_KEY, CORP, TOKEN

from siyu.channels.wecom.crypto import Garbled, decrypt, key_of, signature, signed

KEY = key_of(AES_KEY)
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
ENCRYPTED = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)


class TestOfficialVectors:
    def test_the_address_is_verified(self) -> None:
        assert signed("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", TOKEN, "1409659589", "263014780", ECHO)
        assert decrypt(KEY, ECHO, CORP) == b"1616140317555161061"

    def test_a_message_is_read(self) -> None:
        assert signature(TOKEN, "1409659813", "1372623149", ENCRYPTED) == "477715d11cdb4164915debcba66cb864d751f3e6"
        plain = decrypt(KEY, ENCRYPTED, CORP).decode()
        assert "<Content><![CDATA[hello]]></Content>" in plain
        assert "<MsgId>4561255354251345929</MsgId>" in plain
        assert "<AgentID>218</AgentID>" in plain


class TestWhatIsNone:
    def test_another_receiver(self) -> None:
        with pytest.raises(Garbled, match="another receiver"):
            decrypt(KEY, ENCRYPTED, "wxsomebodyelse0000")

    @pytest.mark.parametrize("key", ["", AES_KEY[:-1], AES_KEY + "A", AES_KEY[:-1] + "=", AES_KEY[:-1] + "é", " " * 43])
    def test_keys(self, key: str) -> None:
        with pytest.raises(Garbled):
            key_of(key)

    def test_every_bit_of_a_message_counts(self) -> None:
        raw = base64.b64decode(ECHO)
        read = []
        for number in range(len(raw) * 8):
            changed = bytearray(raw)
            changed[number // 8] ^= 1 << number % 8
            try:
                read.append(decrypt(KEY, base64.b64encode(changed).decode(), CORP))
            except Garbled:
                continue
        # Without the signature the 16 random bytes and, within its block, the message itself can be changed. Nothing else.
        assert all(len(plain) == 19 for plain in read)

    @given(st.text(max_size=200))
    def test_text_never_breaks_it(self, text: str) -> None:
        with pytest.raises(Garbled):
            decrypt(KEY, text, CORP)

    def test_bytes_never_break_it(self) -> None:
        chance = random.Random(4)
        for _ in range(3000):
            data = base64.b64encode(chance.randbytes(16 * chance.randrange(0, 9))).decode()
            with pytest.raises(Garbled):
                decrypt(KEY, data, CORP)

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_signatures_of_any_text(self, said: str, nonce: str) -> None:
        assert signed(said, TOKEN, "1", nonce, "x") == (said == signature(TOKEN, "1", nonce, "x"))
