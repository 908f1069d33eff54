"""Pure decisions of rewards."""
