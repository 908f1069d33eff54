"""Commerce: products, orders and refunds from every shop, kept as the newest known state of each order.

Publishes ``order.placed``, ``order.paid``, ``order.shipped``, ``order.received``, ``order.closed``, ``order.refunded``,
``order.amended`` and ``order.claimed``. For every order, and for every customer, the sum of ``amount_fen`` over these
facts is what was paid less what was refunded.
"""
