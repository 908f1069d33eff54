import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.engines.vault import keyring
from siyu.engines.vault.keyring import Keyring
from siyu.engines.vault.types import SealBroken, VaultKeyWrong

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


class TestKeyring:
    def test_a_rotated_ring_opens_what_the_old_one_sealed(self) -> None:
        assert Keyring([OLD, NEW]).open_sealed(Keyring([OLD]).seal(b"x")) == b"x"

    def test_fingerprints_survive_rotation(self) -> None:
        assert Keyring([OLD, NEW]).fingerprint("phone", "1") == Keyring([OLD]).fingerprint("phone", "1")

    def test_another_ring_cannot_open(self) -> None:
        with pytest.raises(SealBroken):
            Keyring([NEW]).open_sealed(Keyring([OLD]).seal(b"x"))

    @given(st.binary(max_size=200), st.data())
    def test_a_flipped_bit_is_noticed(self, plain: bytes, data: st.DataObject) -> None:
        ring = Keyring([OLD])
        sealed = bytearray(ring.seal(plain))
        assert ring.open_sealed(bytes(sealed)) == plain
        sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        with pytest.raises(SealBroken):
            ring.open_sealed(bytes(sealed))

    @pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01abcd", b"\x01abcd123"])
    def test_stumps_are_refused(self, sealed: bytes) -> None:
        with pytest.raises(SealBroken):
            Keyring([OLD]).open_sealed(sealed)

    def test_one_plaintext_never_gives_one_ciphertext_twice(self) -> None:
        ring = Keyring([OLD])
        assert len(set(ring.encrypt([(b"same", b"")] * 1000))) == 1000

    def test_fingerprint_is_pinned(self) -> None:
        """A change of the derivation would orphan every stored identifier."""
        assert Keyring([OLD]).fingerprint("phone", "+8618612345678") == "be0fe33f79f65e752465190d7b63153e"


class TestParse:
    def test_keys_are_read_oldest_first(self) -> None:
        text = f"{base64.b64encode(OLD).decode()},{base64.b64encode(NEW).decode()}"
        ring = keyring.parse(text)
        assert (ring.root_id, ring.current_id) == (keyring.key_id(OLD), keyring.key_id(NEW))

    @pytest.mark.parametrize("text", ["", "short", "c2hvcnQ=", "钥匙", "!!!!"])
    def test_no_key_is_a_clear_error(self, text: str) -> None:
        with pytest.raises(VaultKeyWrong, match="32 bytes"):
            keyring.parse(text)


class TestMakeFile:
    def test_only_the_owner_may_read_it(self, tmp_path: Path) -> None:
        path = tmp_path / "keys" / "vault.key"
        keyring.make_file(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert keyring.read_file(path).root_id

    def test_racing_processes_agree_on_one_key(self, tmp_path: Path) -> None:
        path = tmp_path / "vault.key"

        def start(_: int) -> str:
            keyring.make_file(path)
            return keyring.read_file(path).root_id

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(start, range(16)))) == 1
        assert list(tmp_path.iterdir()) == [path]

    def test_an_unreadable_file_is_a_clear_error(self, tmp_path: Path) -> None:
        with pytest.raises(VaultKeyWrong, match="cannot be read"):
            keyring.read_file(tmp_path)
