"""Which customers a list, an export or a link to people speaks of: the filters, as query parameters and as JSON."""

from dataclasses import replace
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator
from sqlalchemy import Connection

from siyu.customers.types import Layer, ListFilter, RelationKind
from siyu.identity import service as identity
from siyu.kernel.errors import WrongValue
from siyu.members import service as members

_MOST: Final = 2**53
Word = Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\x00]*$")]
Whole = Annotated[int, Field(ge=-_MOST, le=_MOST)]


class Wanted(BaseModel):
    """Which customers; everything given must hold. Times need a zone (`2026-03-01T00:00:00Z`), ends are left out."""

    q: Word | None = Field(None, description="A name, any identifier, or a customer's number; matched exactly.")
    name: Word | None = Field(None, description="A name, matched exactly, because names are stored encrypted.")
    layer: Layer | None = Field(
        None, description="Of the ladder: 0 passer-by, 1 follower, 2 repeat buyer, 3 member or in a group, 4 friend."
    )
    platform: Word | None = Field(None, description="Bought on it: taobao, jd, doudian, youzan, wechat_shop …")
    shop: Word | None = Field(None, description="Bought in this shop of the platform.")
    tag: Word | None = None
    relation: RelationKind | None = None
    source_id: Whole | None = Field(None, description="First seen through this source.")
    value_from: Whole | None = Field(None, description="Fen, paid less refunded; who bought nothing is left out.")
    value_to: Whole | None = Field(None, description="Fen, included; who bought nothing is left out.")
    orders_from: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(None, description="Paid orders.")
    orders_to: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(None, description="Paid orders, included.")
    first_order_from: AwareDatetime | None = None
    first_order_before: AwareDatetime | None = None
    last_order_from: AwareDatetime | None = None
    last_order_before: AwareDatetime | None = None
    seen_from: AwareDatetime | None = Field(None, description="Last seen at or after.")
    seen_before: AwareDatetime | None = None
    first_seen_from: AwareDatetime | None = None
    first_seen_before: AwareDatetime | None = None
    known_from: AwareDatetime | None = Field(None, description="Known by more than a device since then or later.")
    known_before: AwareDatetime | None = None
    anonymous: bool | None = Field(None, description="True: known by no more than a device; not given and false: all.")
    predicted_from: Whole | None = Field(None, description="Fen that the newest prediction expects of them.")
    predicted_to: Whole | None = Field(None, description="Fen, included; without a prediction they are left out.")

    invited_from: AwareDatetime | None = Field(None, description="First came by an invitation, then or later.")
    invited_before: AwareDatetime | None = None
    inviter: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(
        None, description="First came by an invitation of this customer."
    )

    @model_validator(mode="after")
    def _shop_needs_platform(self) -> "Wanted":
        if self.shop and not self.platform:
            raise WrongValue("a shop needs the platform it is on", "按店铺筛选时须同时指定平台")
        if self.q and self.name:
            raise WrongValue("give either q or name", "q 与 name 只能给出一个")
        if (self.q or self.name) and self._invited:
            raise WrongValue(
                "look for somebody by name, or for those who came by an invitation",
                "按姓名或标识查找时，不能同时按邀请筛选",
            )
        return self

    @property
    def words(self) -> str | None:
        """What is looked for as a name or any identifier."""
        return self.q

    @property
    def _invited(self) -> bool:
        return any(one is not None for one in (self.invited_from, self.invited_before, self.inviter))

    def filter(self, conn: Connection) -> ListFilter:
        """The rest, as the room of customers understands it; who came by an invitation is known elsewhere."""
        place = f"{self.platform}/{self.shop}" if self.shop else self.platform
        elsewhere = {"q", "platform", "shop", "name", "invited_from", "invited_before", "inviter"}
        found = ListFilter(**self.model_dump(exclude=elsewhere), name=self.name or None, place=place or None)
        return replace(found, ids=self._brought(conn)) if self._invited else found

    def _brought(self, conn: Connection) -> tuple[int, ...]:
        of = identity.living_of(conn, [self.inviter]).get(self.inviter, self.inviter) if self.inviter else None
        return tuple(members.brought(conn, since=self.invited_from, until=self.invited_before, inviter_id=of))
