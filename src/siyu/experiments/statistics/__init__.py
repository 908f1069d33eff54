"""What groups differ by, and how sure one may be of it, however often one looks. Pure: NumPy and SciPy."""
