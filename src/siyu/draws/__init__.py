"""Draws: pools of prizes with published odds, orders that are given back, and rebates. Whoever was told the rule can check the draw.

Owns the rules of draws in versions, their rounds with the seeds that are committed to and revealed, the record of every draw,
what was handed out, and what orders got back. Prizes, stock and budgets are units and accounts of the ledger. Publishes
``draw.made``, ``prize.handed_out`` and ``free_order.won``.

docs/decisions/0029-draws.md.
"""
