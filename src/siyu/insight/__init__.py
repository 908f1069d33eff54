"""Insight: retention, RFM, funnels, lifetime value, OneID assets, read from the facts. Owns saved funnels. Publishes nothing."""
