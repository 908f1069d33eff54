"""Codes of invitations: what they look like, and who came by one."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read as another
LENGTH: Final = 10
_CODE: Final = re.compile(f"[{LETTERS}]{{{LENGTH}}}")


class SignIn(NamedTuple):
    """Somebody signed in with an identifier, maybe by an invitation."""

    at: datetime
    identifier_id: int
    customer_id: int
    way: str
    code: str


class Owner(NamedTuple):
    """Whose a code is: the identifier it belongs to, and who holds that now."""

    identifier_id: int
    customer_id: int


class First(NamedTuple):
    """The first sign-in with an identifier, and whose invitation brought them; ``None``: nobody's."""

    signed_in: SignIn
    inviter: Owner | None


def read_code(said: str) -> str:
    """A code in the one form in which it is kept; empty when it is none of ours."""
    code = said.strip().lower()
    return code if _CODE.fullmatch(code) else ""


def firsts(signed_in: Iterable[SignIn], members: Collection[int], owners: Mapping[str, Owner]) -> list[First]:
    """By identifier the first of these sign-ins, the oldest first, with who brought them.

    Brought was only who was no member before, and not by a code of their own. The first inviter wins.

    Args:
        signed_in: of a batch.
        members: customers of them who signed in before.
        owners: of the codes that there are.
    """
    known, found = set(members), dict[int, First]()
    for one in sorted(signed_in):
        if one.identifier_id in found:
            continue
        owner = owners.get(one.code)
        new = one.customer_id not in known and owner is not None and owner.customer_id != one.customer_id
        found[one.identifier_id] = First(one, owner if new else None)
        known.add(one.customer_id)
    return list(found.values())
