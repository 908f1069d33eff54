"""What others may ask of access. Every change leaves an audit row in the same transaction."""

from siyu.engines.access.rules import RIGHTS, require
from siyu.engines.access.service.audit import audit_page, reason_given, record
from siyu.engines.access.service.keys import (
    KeyMade,
    WriteKeys,
    api_keys,
    authenticate_key,
    create_api_key,
    create_source,
    create_write_key,
    ensure_source,
    revoke_api_key,
    revoke_write_key,
    source,
    sources,
    update_source,
    write_keys,
)
from siyu.engines.access.service.operators import (
    change_password,
    create_operator,
    create_reset_link,
    operators,
    update_operator,
)
from siyu.engines.access.service.sign_in import (
    authenticate_session,
    create_first_owner_link,
    redeem,
    sign_in,
    sign_out,
    system,
)

__all__ = [
    "RIGHTS",
    "KeyMade",
    "WriteKeys",
    "api_keys",
    "audit_page",
    "authenticate_key",
    "authenticate_session",
    "change_password",
    "create_api_key",
    "create_first_owner_link",
    "create_operator",
    "create_reset_link",
    "create_source",
    "create_write_key",
    "ensure_source",
    "operators",
    "reason_given",
    "record",
    "redeem",
    "require",
    "revoke_api_key",
    "revoke_write_key",
    "sign_in",
    "sign_out",
    "source",
    "sources",
    "system",
    "update_operator",
    "update_source",
    "write_keys",
]
