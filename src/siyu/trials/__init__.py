"""Trials: members apply for a product, some are chosen, they report on it, and the report is rewarded.

Owns trials, applications and reports. The pieces, the points that an application costs and those that a report earns stay
accounts of the ledger; who is drawn is proved by a round of draws; coupons are given by rewards. Publishes ``trial.applied``,
``trial.withdrawn``, ``trial.chosen``, ``trial.not_chosen``, ``trial.sent``, ``trial.reported``, ``trial.sent_back``,
``trial.rewarded`` and ``trial.missed``.

docs/decisions/0032-trials.md.
"""
