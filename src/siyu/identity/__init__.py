"""OneID: decides whose fact it is, says why, and can take it back.

Owns the identifiers, the evidence that ties them together, the constrained merges and their undo, and the alias map
from every id a person ever had to the customer they are now. Publishes ``customer.merged`` and ``customer.split``.
"""
