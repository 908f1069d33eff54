"""Files over 400 lines and functions over 50: a list to think about, not a wall.

Run: ``.venv/bin/python -m scripts.sizes``
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE_LINES = 400
FUNCTION_LINES = 50


def large(*folders: str) -> list[str]:
    """A line for each, largest first; in all folders, or in these."""
    found: list[tuple[int, str]] = []
    for folder in folders or ("src", "tests", "benchmarks", "scripts"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            name = str(path.relative_to(ROOT))
            lines = text.count("\n")
            if lines > FILE_LINES:
                found.append((lines, name))
            if path.parent.name == "migrations" or lines <= FUNCTION_LINES:
                continue  # one statement as long as the schema; no room for a long function
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    length = (node.end_lineno or node.lineno) - node.lineno + 1
                    if length > FUNCTION_LINES:
                        found.append((length, f"{name}:{node.lineno} {node.name}"))
    return [f"{lines:5} {name}" for lines, name in sorted(found, reverse=True)]


if __name__ == "__main__":
    print("\n".join(large()) or "nothing is too large")
    sys.exit(0)
