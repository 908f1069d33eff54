"""The durable log of facts and everybody's timeline.

Facts are appended here in the transaction of the rows they speak of, as compressed columnar batches, and kept: the log
is the truth, the table in ClickHouse is its image and can be built again from it. Publishes no facts of its own.
"""
