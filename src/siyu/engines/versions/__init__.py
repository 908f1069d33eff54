"""Data that people change as a whole, kept in versions: who changed it, when and why. Which data, their rooms say.

docs/decisions/0025-data-in-versions.md.

A room keeps the table (``version`` as identity and key, ``rules jsonb``, ``at``, ``actor``, ``reason``) and says in one place
what lies in it, see :class:`siyu.engines.versions.service.Versions`.
"""
