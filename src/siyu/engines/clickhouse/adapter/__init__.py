"""ClickHouse's HTTP interface over chDB: a process of its own, started by :mod:`siyu.engines.clickhouse.embedded`.

It imports the standard library, chDB and, when a client asks for it, a compression codec; nothing else of Siyu. Every
megabyte here is a megabyte of the idle footprint, and an engine must not fall over with the code that uses it.
"""
