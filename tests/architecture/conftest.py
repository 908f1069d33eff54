"""The repository itself is looked at here: its folder ``scripts`` is imported from the root."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
