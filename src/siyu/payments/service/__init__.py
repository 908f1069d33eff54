"""What other rooms may ask of payments."""

from siyu.payments.service.hearing import hear, take_notify
from siyu.payments.service.looking import look_after, look_at_payment, look_at_transfer
from siyu.payments.service.merchants import Till, ensure_merchant, merchant, merchants, opener
from siyu.payments.service.paying import (
    begin_payment,
    begin_refund,
    hold_payments,
    payment_of,
    payment_of_key,
    payments,
    prepare,
    refunds_of,
    regroup_payments,
    send_refund,
    undo_payment,
    visit,
    withdraw_payment,
)
from siyu.payments.service.transferring import (
    begin_transfer,
    cancel_transfer,
    claim,
    send_transfer,
    transfer_by_hand,
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
    "hold_payments",
    "look_after",
    "look_at_payment",
    "look_at_transfer",
    "merchant",
    "merchants",
    "opener",
    "payment_of",
    "payment_of_key",
    "payments",
    "prepare",
    "refunds_of",
    "regroup_payments",
    "send_refund",
    "send_transfer",
    "take_notify",
    "transfer_by_hand",
    "transfer_of",
    "transfers",
    "undo_payment",
    "visit",
    "withdraw_payment",
]
