"""Payments: what customers are to pay and what they are paid, through the merchant's platform. It knows no points.

Owns merchants with their keys, payments, refunds and transfers. Publishes ``payment.paid``, ``payment.refunded`` and
``transfer.received``.

docs/decisions/0030-payments.md.
"""
