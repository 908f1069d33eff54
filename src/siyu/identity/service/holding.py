"""One identifier, its holder, and letting go of all that somebody holds."""

from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.identity.rules.values import normalise, normalise_scope, vault_kind
from siyu.identity.store import reading, writing
from siyu.identity.types import TYPES, Holder, IdentifierKey
from siyu.intake.types import IdentifierClaim
from siyu.kernel.errors import BadInput


def clean_value(type_name: str, value: str) -> str | None:
    """An identifier's value in the one form in which it counts; ``None`` when it identifies nobody."""
    return normalise(type_name, value)


def key_of(claim: IdentifierClaim) -> IdentifierKey:
    """How OneID keeps the identifier of a claim, whether it knows it yet or not.

    Raises:
        BadInput: it identifies nobody.
    """
    scope = normalise_scope(claim.scope)
    clean = normalise(claim.type, claim.value) if claim.type in TYPES else None
    if clean is None or scope is None:
        raise BadInput(reason=f"this is no '{claim.type}'.", reason_zh=f"这不是有效的“{claim.type}”。")
    secret = vault_kind(claim.type, clean)
    return IdentifierKey(claim.type, scope, clean if secret is None else vault.fingerprint(secret, clean))


def holder_of(conn: Connection, key: IdentifierKey) -> Holder | None:
    """Whose an identifier is now; ``None`` when OneID does not know it."""
    return reading.holder(conn, key)


def keys_of(conn: Connection, customer_id: int) -> list[IdentifierKey]:
    """Every identifier of a customer, as it is kept."""
    return [IdentifierKey(row.type, row.scope, row.value) for row in reading.by_customer(conn, customer_id)]


def forget(conn: Connection, customer_id: int) -> None:
    """Let go of all identifiers of a customer: nobody is found by them any more, and who comes with one is somebody new.

    What was said to hold them together stays as it is, between identifiers without a value. Safe to repeat.

    Args:
        conn: an open transaction that is alone with the people.
        customer_id: as OneID knows them now.
    """
    writing.blank(conn, customer_id)
