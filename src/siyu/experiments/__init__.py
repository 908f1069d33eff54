"""Experiments: who is treated, who is left alone so that the effect can be known, and since when it counts.

Everybody has a bucket for life; each programme has a control group and arms of its own. What was assigned once stays.
Publishes no facts: an assignment is not something that happened to a customer. ``statistics`` is pure, and for all.
"""
