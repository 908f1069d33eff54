"""Which rules of draws make sense, what a seed draws, and what that gives. Pure."""
