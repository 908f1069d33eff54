"""Rewards: what members get for their points. The shop with its offers and redemptions, and coupons.

Owns what points are worth and which margin offers keep; offers with their stock, limits and windows; redemptions; templates of
coupons, coupons with their codes, and where they were used. Points, stock and coupons stay accounts of the ledger. Publishes
``reward.redeemed``, ``reward.fulfilled`` and ``reward.cancelled``; ``coupon.issued``, ``coupon.used``, ``coupon.returned`` and
``coupon.expired``.
"""
