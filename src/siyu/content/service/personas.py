"""Personas, and what staff may change of what they say."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.content.rules import adjusting
from siyu.content.service.materials import RIGHT
from siyu.content.store import personas as store
from siyu.content.types import Adjuster, Character, Persona
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, NotFound


def make_persona(conn: Connection, principal: Principal, name: str, character: Character, now: datetime) -> Persona:
    """A new persona.

    Raises:
        NotAllowed: without the right ``content.manage``.
        BadInput: the name, a member of staff who is named twice, or two words on who adjusts.
        Conflict: the name is taken.
    """
    access.require(principal, RIGHT)
    if not 1 <= len(name.strip()) <= 60:
        raise BadInput(reason="a persona has a name of 1 to 60 characters.", reason_zh="人设名称须为 1 至 60 个字符。")
    _check(character)
    made = store.insert(conn, name.strip(), character, now)
    if made is None:
        raise Conflict(
            reason=f"there is a persona '{name.strip()}' already.", reason_zh=f"人设“{name.strip()}”已存在。"
        )
    _note(conn, principal, "persona.made", made.id, now)
    return made


def change_persona(
    conn: Connection,
    principal: Principal,
    persona_id: int,
    character: Character,
    now: datetime,
    *,
    archived: bool = False,
) -> Persona:
    """Who it is from now on, all of it. Safe to repeat; raises as :func:`make_persona`, and NotFound."""
    access.require(principal, RIGHT)
    _check(character)
    known = store.persona(conn, persona_id, lock=True)
    if known is None:
        raise NotFound(what="persona", what_zh="人设", key=persona_id)
    if (known.character, known.archived) != (character, archived):
        store.update(conn, persona_id, character, now, archived=archived)
        _note(conn, principal, "persona.changed", persona_id, now)
    return persona(conn, persona_id)


def persona(conn: Connection, persona_id: int) -> Persona:
    """The persona.

    Raises:
        NotFound: there is none.
    """
    found = store.persona(conn, persona_id)
    if found is None:
        raise NotFound(what="persona", what_zh="人设", key=persona_id)
    return found


def personas(conn: Connection, *, archived: bool = False) -> list[Persona]:
    """All personas, by name."""
    return store.personas(conn, archived=archived)


def check_adjustment(
    conn: Connection,
    persona_id: int,
    by: Adjuster,
    before: tuple[str, Sequence[int]],
    after: tuple[str, Sequence[int]],
) -> tuple[tuple[str, str], ...]:
    """What is wrong, in English and Chinese, with a change of (text, materials) by an operator or a member of staff.

    Raises:
        NotFound: there is no such persona.
    """
    return adjusting.adjustment(persona(conn, persona_id).character, by, before, after)


def _check(character: Character) -> None:
    faces = [(one.account_id, one.staff_id) for one in character.faces]
    if len(set(faces)) < len(faces):
        raise BadInput(reason="a member of staff is named twice.", reason_zh="同一员工重复填写。")
    if len({one.by for one in character.adjusting}) < len(character.adjusting):
        raise BadInput(
            reason="say once for each what operators and staff may adjust.",
            reason_zh="运营与员工的可调整范围各填写一次。",
        )


def _note(conn: Connection, principal: Principal, action: str, persona_id: int, now: datetime) -> None:
    access.record(conn, actor=principal.actor, action=action, target=f"persona:{persona_id}", details={}, now=now)
