"""Who the contacts of a platform are, as OneID knows them: what a page of contacts is shown with."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from siyu.app.api.people import CanSeePeople, rows
from siyu.channels import service as channels
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Router, needs
from siyu.identity import service as identity

router = Router(prefix="/api/v1/channels/accounts/{account_id}/contacts", tags=["channels"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("channels.read")]
AccountId = Annotated[int, Path(ge=1, le=2**63 - 1)]
ContactId = Annotated[str, Field(min_length=1, max_length=256)]


class ContactsAsked(BaseModel):
    contact_ids: Annotated[list[ContactId], Field(min_length=1, max_length=500)]


class ContactIs(BaseModel):
    contact_id: str
    customer_id: int
    personal: dict[str, str] = Field(description="Masked.")


@router.post("/who")
def who(account_id: AccountId, body: ContactsAsked, _: CanSee, __: CanSeePeople, conn: Conn) -> list[ContactIs]:
    """Say whose contacts these are, with what a list shows of each; who is not known (yet) is left out."""
    account = channels.account(conn, account_id)
    kind = channels.about(account.channel).identity[0]
    owners = identity.owners_of(conn, kind, account.external_id, body.contact_ids)
    shown = {one.customer_id: dict(one.personal) for one in rows(conn, tuple(sorted(set(owners.values()))))}
    return [
        ContactIs(contact_id=contact_id, customer_id=customer_id, personal=shown.get(customer_id, {}))
        for contact_id, customer_id in owners.items()
    ]
