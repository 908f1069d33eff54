"""What other rooms may ask of payments."""

from siyu.payments.service.hearing import hear, take_notify
from siyu.payments.service.looking import look_after, look_at_payment
from siyu.payments.service.merchants import Till, ensure_merchant, merchant, merchants, opener
from siyu.payments.service.paying import (
    begin_payment,
    begin_refund,
    payment_of,
    payments,
    prepare,
    refunds_of,
    regroup_payments,
    send_refund,
)
from siyu.payments.service.transferring import (
    begin_transfer,
    cancel_transfer,
    claim,
    send_transfer,
    transfer_of,
    transfers,
)

__all__ = [
    "Till",
    "begin_payment",
    "begin_refund",
    "begin_transfer",
    "cancel_transfer",
    "claim",
    "ensure_merchant",
    "hear",
    "look_after",
    "look_at_payment",
    "merchant",
    "merchants",
    "opener",
    "payment_of",
    "payments",
    "prepare",
    "refunds_of",
    "regroup_payments",
    "send_refund",
    "send_transfer",
    "take_notify",
    "transfer_of",
    "transfers",
]
