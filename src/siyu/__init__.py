"""Siyu (私域): look after the customers a brand can reach itself."""

__version__ = "0.1.0"
