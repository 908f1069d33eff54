"""Segments (人群): sets of people defined by rules, kept up to date as things happen to them; lists that came from files.

Owns the rules with their versions, who is in each segment, when that may change without anything happening, and the
lists. Publishes ``segment.entered`` and ``segment.left``.
"""
