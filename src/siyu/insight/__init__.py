"""Insight: retention, RFM, lifetime value, OneID assets, read from the facts. Publishes nothing, writes nothing."""
