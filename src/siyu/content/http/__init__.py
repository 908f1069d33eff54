"""The HTTP face of content."""

from siyu.content.http.media import public
from siyu.content.http.media import router as media
from siyu.content.http.planning import router as planning
from siyu.content.http.scripts import router as scripts

__all__ = ["media", "planning", "public", "scripts"]
