"""ClickHouse: the timeline. Embedded (chDB behind an adapter that speaks its HTTP interface), or any server by URL.

Nothing is imported here: the adapter is a process of its own and must stay small.
"""
