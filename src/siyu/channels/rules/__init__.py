"""Pure decisions of channels."""
