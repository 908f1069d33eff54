"""SQL of rewards."""
