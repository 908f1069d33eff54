"""Pure decisions of the gate."""
