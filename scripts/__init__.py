"""What keeps the repository honest; run by ``make check``."""
