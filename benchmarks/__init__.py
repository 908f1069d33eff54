"""Measurements, each with its limit or peer in the same run: ``python -m benchmarks.NAME [--quick]``."""
