"""Pure decisions of OneID: what a usable value is, which claims of a message tie together, and who is one person."""
