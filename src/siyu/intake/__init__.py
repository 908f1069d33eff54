"""Messages come in: the Segment-compatible HTTP door, files; a durable queue with two lanes, dedup, dead letters.

Publishes no facts: what a message means is decided by the rooms above.
"""
