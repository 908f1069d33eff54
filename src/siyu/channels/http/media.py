"""The API of pictures for welcomes."""

from typing import Annotated, Any, Literal

from fastapi import File, Form, Request, Response, UploadFile
from pydantic import BaseModel

from siyu.channels import service
from siyu.channels.http.accounts import AccountId, CanManage, CanSee
from siyu.channels.http.acts import RowId, desk_of
from siyu.engines.http import ERROR_RESPONSES, Conn, Router

router = Router(prefix="/api/v1/channels/accounts/{account_id}/media", tags=["channels"], responses=ERROR_RESPONSES)

_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {kind: {"schema": {"type": "string"}} for kind in ("image/png", "image/jpeg")},
    }
}


class MediaRead(BaseModel):
    id: int
    name: str


@router.post("", status_code=201)
def keep(
    request: Request,
    account_id: AccountId,
    principal: CanManage,
    file: Annotated[UploadFile, File(description="PNG or JPEG, up to 2 MB.")],
    kind: Annotated[
        Literal["image", "mini_program"], Form(description="Of which attachments it is the picture.")
    ] = "image",
) -> MediaRead:
    """Keep a picture and upload it to the platform; attachments name it by `file`. Safe to repeat: it is kept once."""
    content = file.file.read(service.MOST_PICTURE_BYTES + 1)
    made = service.keep_picture(desk_of(request), principal, account_id, file.filename or "", content, kind)
    return MediaRead(id=made.id, name=made.name)


@router.get("/{file_id}", response_class=Response, responses=_PICTURE)
def picture(account_id: AccountId, file_id: RowId, _: CanSee, conn: Conn) -> Response:
    """The picture."""
    found = service.picture(conn, account_id, file_id)
    headers = {"Content-Security-Policy": "default-src 'none'", "Cache-Control": "private, max-age=86400"}
    return Response(found.content, media_type=found.media_type, headers=headers)
