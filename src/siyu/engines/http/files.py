"""How the OpenAPI tells of answers that are files."""

from typing import Any, Final

# As ``responses`` of a route, together with ``response_class=FileResponse``.
CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The file, UTF-8.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
