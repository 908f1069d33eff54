"""Messages that a script says."""

from sqlalchemy import Connection

from siyu.content import service as content
from siyu.content.types import Arm
from siyu.kernel.errors import BadInput
from siyu.touch.types import Message


def scripted_for_all(conn: Connection, script_id: int, version: int, bait: Arm) -> Message:
    """What a version of a script says to many at once: variables by their fallbacks.

    Raises:
        NotFound: there is no such version.
        BadInput: a variable has no fallback.
    """
    found = content.render_for_all(conn, script_id, version, arm=bait)
    if found.missing:
        name = found.missing[0]
        raise BadInput(
            reason=f"the script has the variable '{name}' without a fallback, and a group chat is no person of whom it could "
            f"be known. Give it one, as {{{{{name}|…}}}}, or choose another script.",
            reason_zh=f"话术变量“{name}”没有备用文字，而客户群不是个人，无法取值。请改为 {{{{{name}|…}}}}，或另选话术。",
        )
    return Message(found.text, found.attachments)
