"""Pure decisions of journeys: how definitions are read and checked, when a wait is over, what a text says to whom."""
