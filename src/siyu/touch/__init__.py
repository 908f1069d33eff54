"""The touch gate: what may reach a person, when, and why not. Rules, the outbox, and what came of each touch.

Nothing reaches a person but through :func:`siyu.touch.service.propose`. Publishes ``touch.sent``, ``touch.failed``,
``touch.dropped`` and ``touch.complained``.
"""
