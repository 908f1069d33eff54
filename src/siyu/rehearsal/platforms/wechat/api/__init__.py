"""The API of the fake, a file for each part; each puts its paths into ``frame.ROUTES``."""
