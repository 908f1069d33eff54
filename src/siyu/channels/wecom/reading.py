"""The truth of single objects, as the platform shows it now."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from siyu.channels.types import Everything, Gone, ObjectKind, PlatformRefused, Seen, Staff, Unseen
from siyu.channels.wecom.calls import contacts, groups, staff, tags
from siyu.channels.wecom.client import Client
from siyu.channels.wecom.errors import advice
from siyu.channels.wecom.pushes import ALL

_GONE: Final[Mapping[ObjectKind, frozenset[int]]] = {
    # 84061: nobody has a tie to them any more. 40096: they never were of this corp.
    "contact": frozenset({40096, 84061}),
    "staff": frozenset({40003, 46004, 60111}),
    # Dismissed, or no group of customers.
    "group": frozenset({40050, 49008, 86001, 86003, 90501, 90509}),
    "tags": frozenset(),
}
_Read = TypeVar("_Read")
_AT_ONCE: Final = 4  # the platform refuses too many calls at a time (45033)
_HIDDEN: Final = frozenset({50002, 60011, 60021, 84074, 92000})


def read(client: Client, kind: ObjectKind, ids: Sequence[str]) -> list[Seen]:
    """These objects now. Tags, and staff under the empty id, are read whole: their list says what is no more.

    Raises:
        PlatformRefused: for a reason that is not of one object.
        TryLater: the platform cannot answer now.
    """
    if not ids:
        return []
    if kind == "tags":
        return list(all_tags(client))
    if kind == "contact":
        return several(lambda one: _one(kind, one, lambda key: contacts.contact(client, key)), ids)
    if kind == "group":
        return several(lambda one: _one(kind, one, lambda key: groups.group(client, key)), ids)
    whole = list(all_staff(client)) if ALL in ids else []
    told = {one.id for one in whole if isinstance(one, Staff)} | {ALL}
    asked = [one for one in dict.fromkeys(ids) if one not in told]
    serving = frozenset(staff.serving(client)) if asked else frozenset()
    return [*whole, *(_one(kind, one, lambda key: staff.member(client, key, serving)) for one in asked)]


def several(ask: Callable[[str], _Read], ids: Iterable[str]) -> list[_Read]:
    """What is told of each, once, in their order. A few are asked for at a time: none needs another."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reading") as threads:
        return list(threads.map(ask, dict.fromkeys(ids)))


def all_tags(client: Client) -> Iterator[Seen]:
    """Every tag, and the list of them."""
    found = tags.tags(client)
    yield from found
    yield Everything(tags=tuple(tag.id for tag in found))


def all_staff(client: Client) -> Iterator[Seen]:
    """Every member whom the application sees, all departments, and the list of them.

    The list is left out when somebody who serves could not be read: who is missing in it would have left.
    """
    serving = frozenset(staff.serving(client))
    departments = staff.departments(client)
    found: dict[str, Staff] = {}
    whole = True
    for department in departments:
        try:
            members = staff.staff_of(client, department.id, serving)
        except PlatformRefused as refusal:
            if refusal.errcode not in _HIDDEN:
                raise
            # The members that serve are found below, the others nobody asks for.
            whole = False
            yield _unseen("staff", f"department:{department.id}", refusal)
            continue
        found.update((member.id, member) for member in members)
    for staff_id in sorted(serving - found.keys()):
        seen = _one("staff", staff_id, lambda key: staff.member(client, key, serving))
        if isinstance(seen, Staff):
            found[staff_id] = seen
        else:
            whole = whole and isinstance(seen, Gone) and not seen.hidden
            yield seen if not isinstance(seen, Gone) or not seen.hidden else _hidden("staff", staff_id)
    yield from found.values()
    yield Everything(staff=tuple(found) if whole else None, departments=departments)


def _one(kind: ObjectKind, key: str, ask: Callable[[str], Seen]) -> Seen:
    """One object, or that it is gone, or that the account does not see it."""
    try:
        return ask(key)
    except PlatformRefused as refusal:
        if refusal.errcode in _GONE[kind]:
            return Gone(kind, key)
        if refusal.errcode in _HIDDEN:
            return Gone(kind, key, hidden=True)
        raise


def _hidden(kind: ObjectKind, key: str) -> Unseen:
    en, zh = advice(60011)
    return Unseen(kind, key, en, zh)


def _unseen(kind: ObjectKind, key: str, refusal: PlatformRefused) -> Unseen:
    en, zh = advice(refusal.errcode)
    return Unseen(kind, key, en, zh)
