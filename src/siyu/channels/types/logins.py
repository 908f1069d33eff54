"""Who signs in on a page or in an app of ours through a platform."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Login:
    """What a code for signing in stands for. The key of the session is not kept: nothing of ours needs it.

    Attributes:
        open_id: within the account.
        union_id: across the accounts of one owner; empty when the platform does not say.
        name, avatar: where the person allowed it; personal data.
    """

    open_id: str
    union_id: str = ""
    name: str = field(default="", repr=False)
    avatar: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """One identifier of a person, as the claims of a message carry it.

    Attributes:
        type: of the identifier: ``open_id``, ``union_id``, ``phone``.
        scope: within which it counts; empty where it counts everywhere.
    """

    type: str
    value: str = field(repr=False)
    scope: str = ""
