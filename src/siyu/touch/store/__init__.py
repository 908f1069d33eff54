"""All SQL of touch. Locks are taken in this order: people, by id; then their touches."""
