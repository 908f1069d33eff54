"""Loyalty: the ledger. Everything that has value for a customer is a posting in it that can be audited and reversed.

Owns units, accounts, transactions with their postings, lots, holds, and the blocks that seal them; the rules by which orders
earn; tiers; check-in; and tasks of members. Publishes ``points.earned``, ``points.spent``, ``points.expired``, ``points.taken_back`` and
``points.given_back``, told when a transaction is sealed; ``tier.raised`` and ``tier.lowered``;
``check_in.made``; ``task.done``.
"""
