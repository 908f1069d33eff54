"""Customers: the person, what is known of them, what they agreed to, how they stand to the brand, what they did.

Publishes ``profile.identified``, ``tag.added``, ``tag.removed``, ``consent.changed``, ``relation.started``,
``relation.ended``, ``relation.lasted``, and the behaviour that tracking SDKs send: ``event.tracked``, ``page.viewed``, ``screen.viewed``,
``group.joined``. Personal data is in the vault; here are fingerprints only.
"""
