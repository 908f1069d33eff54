"""The HTTP face of payments: merchants, what was paid and given back, transfers; and where the platform tells of them."""

from siyu.payments.http.notify import router as notify
from siyu.payments.http.payments import router as payments
from siyu.payments.http.transfers import router as transfers

__all__ = ["notify", "payments", "transfers"]
