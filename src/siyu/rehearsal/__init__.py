"""The demo brand: a made-up department store whose people, purchases and visits are known, so that what Siyu finds can be
compared with what is true.

Deterministic by seed. The brand leaves through the public doors only: export files as the platforms write them, and
tracking events as SDKs send them. Beside it, fake platforms that speak the real protocols. The room owns no tables and
publishes no facts.
"""
