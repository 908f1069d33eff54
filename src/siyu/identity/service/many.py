"""Who many ids are, at once: sets of millions, as arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.identity.rules.values import normalise, vault_kind
from siyu.identity.store import reading
from siyu.identity.types import TYPES, ManyAliases
from siyu.kernel.errors import BadInput


def aliases_among(conn: Connection, customer_ids: Sequence[int]) -> ManyAliases:
    """Under which ids the facts of these customers are found; the sibling of :func:`aliases_of` for many.

    Args:
        conn: an open transaction.
        customer_ids: as OneID knows them now.
    """
    ids, customers, are_identifiers = reading.aliases_among(conn, customer_ids)
    moved = are_identifiers == 1
    departed = reading.departed_from(conn, [*customer_ids, *ids[~moved].tolist()])
    return ManyAliases(ids[~moved], customers[~moved], ids[moved], customers[moved], departed)


def owners_now(
    conn: Connection, customer_ids: NDArray[np.int64], vias: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Whose facts with these ids are now, place by place: where the identifier went, else what the customer became."""
    asked = np.unique(customer_ids if vias is None else np.concatenate([customer_ids, vias]))
    ids, owners = reading.aliases_of_ids(conn, asked.tolist())
    if not len(ids):
        return customer_ids
    order = np.argsort(ids)
    ids, owners = ids[order], owners[order]
    found = _translated(customer_ids, ids, owners, customer_ids)
    return found if vias is None else _translated(vias, ids, owners, found)


def _translated(
    asked: NDArray[np.int64], ids: NDArray[np.int64], owners: NDArray[np.int64], otherwise: NDArray[np.int64]
) -> NDArray[np.int64]:
    at = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    translated: NDArray[np.int64] = np.where(ids[at] == asked, owners[at], otherwise)
    return translated


def find_many(conn: Connection, type_name: str, values: Sequence[str]) -> dict[str, list[int]]:
    """Whose these raw identifiers of one type are now, whatever their scope; what nobody has is absent.

    Raises:
        BadInput: there is no such type.
    """
    if type_name not in TYPES:
        raise BadInput(
            reason=f"there is no identifier type '{type_name[:64]}'. There are: {', '.join(TYPES)}.",
            reason_zh=f"没有“{type_name[:64]}”这种标识类型，可用的有：{'、'.join(TYPES)}。",
        )
    stored: dict[str, str] = {}
    for value in values:
        clean = normalise(type_name, value)
        if clean is not None:
            secret = vault_kind(type_name, clean)
            stored[value] = clean if secret is None else vault.fingerprint(secret, clean)
    owners: dict[str, list[int]] = {}
    for value, customer_id in reading.by_values_of_type(conn, type_name, sorted(set(stored.values()))):
        owners.setdefault(value, []).append(customer_id)
    return {value: owners[clean] for value, clean in stored.items() if clean in owners}
