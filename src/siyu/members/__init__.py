"""Members: people who look after their own things on the brand's pages: their sessions, codes by SMS, and what they asked to
have deleted.

Publishes ``member.invited`` and ``member.referred``. Whoever signs in is told to OneID by an ordinary message. A
member is no operator and holds no right.
"""
