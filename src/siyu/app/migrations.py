"""Where the rooms keep their migrations."""

from pathlib import Path

import siyu


def postgres_folders() -> list[Path]:
    """Every folder ``migrations`` of a room, in the order of their names."""
    return sorted(p for p in Path(siyu.__file__).parent.rglob("migrations") if p.is_dir() and any(p.glob("*.py")))
