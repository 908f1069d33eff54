"""Bytes → rows, as a stream: containers, encodings, delimiters, workbooks; every row with its line and its offset."""
