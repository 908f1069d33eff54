"""What makes a read a report: it may take up to two seconds at a million customers; all others answer in a fifth of one."""

from typing import Any, Final

REPORT: Final[dict[str, Any]] = {"x-siyu-report": True}  # in the OpenAPI, as ``openapi_extra`` of a route
