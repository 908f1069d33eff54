"""Variables, limits of the ways, what may come together, the mix of a calendar. Pure."""
