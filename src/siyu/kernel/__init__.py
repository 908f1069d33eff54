"""Words everyone uses: clock, money, errors, facts. Standard library only; every room may import it."""
