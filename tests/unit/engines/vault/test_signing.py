"""Signatures: of this Siyu, for one purpose, and good through a rotation of keys."""

from hypothesis import given
from hypothesis import strategies as st

from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring

OLD, NEW = b"a" * 32, b"b" * 32


@given(purpose=st.sampled_from(["one", "other"]), said=st.binary(max_size=40))
def test_a_signature_is_known_again(purpose: str, said: bytes) -> None:
    signature = vault.sign(purpose, said)
    assert len(signature) == 32
    assert vault.signed(purpose, said, signature)
    assert not vault.signed({"one": "other", "other": "one"}[purpose], said, signature)
    assert not vault.signed(purpose, said + b"x", signature)
    assert not vault.signed(purpose, said, signature[:-1])
    assert not vault.signed(purpose, said, b"")


def test_old_ones_count_while_their_key_is_on_the_ring() -> None:
    before, after, without = Keyring([OLD]), Keyring([OLD, NEW]), Keyring([NEW])
    signature = before.sign("session", b"me")
    assert after.signed("session", b"me", signature)
    assert after.sign("session", b"me") != signature
    assert without.signed("session", b"me", after.sign("session", b"me"))
    assert not without.signed("session", b"me", signature)
