"""The web workspace: its lock, its build, and what the bundle may hold."""

import gzip
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from scripts import web

WORKSPACE = web.ROOT / "web"
KIB = 1024
MAIN_LIMIT = 450 * KIB
MEMBER_LIMIT = 200_000  # bytes packed, until the first page of members is there: words, page and all
# Libraries name these in messages and namespaces; nothing is ever fetched from them.
NAMED_ONLY = {
    "www.w3.org",
    "ant.design",
    "fb.me",
    "github.com",
    "i18next.com",
    "locize.com",  # of an advertisement that language.ts turns off
    "www.i18next.com",
    "mobile.ant.design",
    "react.dev",
    "reactjs.org",
    "reactrouter.com",
    "reactflow.dev",
    "tanstack.com",
    "tc39.github.io",
    "u.ant.design",
    "echarts.apache.org",
}
_HOST = re.compile(r"(?:https?:|wss?:|[\"'`(])//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)


@pytest.fixture(scope="module")
def packages() -> dict[str, Any]:
    lock = json.loads((WORKSPACE / "package-lock.json").read_text("utf-8"))
    return dict(lock["packages"])


@pytest.fixture(scope="module")
def built() -> Path:
    """The console that `make setup` has built from the sources that are here."""
    assert web.is_fresh(), "run: make web"
    return web.built()


class TestLock:
    """`npm ci` has to work behind any mirror and on any platform."""

    def test_names_no_place_to_load_from(self, packages: dict[str, Any]) -> None:
        places = {
            name: entry["resolved"] for name, entry in packages.items() if "resolved" in entry and not entry.get("link")
        }
        assert places == {}
        assert "omit-lockfile-registry-resolved=true" in (WORKSPACE / ".npmrc").read_text("utf-8")

    def test_every_package_has_its_hash(self, packages: dict[str, Any]) -> None:
        fetched = {name: entry for name, entry in packages.items() if "node_modules/" in name and not entry.get("link")}
        assert len(fetched) > 100
        assert [name for name, entry in fetched.items() if not entry.get("integrity", "").startswith("sha512-")] == []

    @pytest.mark.parametrize("package", ["@rolldown/binding", "lightningcss"])
    @pytest.mark.parametrize(
        "platform",
        ["linux-x64-gnu", "linux-x64-musl", "linux-arm64-gnu", "darwin-x64", "darwin-arm64", "win32-x64-msvc"],
    )
    def test_has_native_parts_for_every_platform(self, packages: dict[str, Any], package: str, platform: str) -> None:
        name = f"node_modules/{package}-{platform}"
        assert name in packages
        parent = "rolldown" if "rolldown" in package else package
        assert packages[name]["version"] == packages[f"node_modules/{parent}"]["version"]

    def test_what_goes_into_the_bundle_may_be_passed_on(self, packages: dict[str, Any]) -> None:
        allowed = {
            "MIT",
            "ISC",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "0BSD",
            "MPL-2.0",
            "Unlicense",
            "CC0-1.0",
        }
        shipped = {name: entry for name, entry in packages.items() if "node_modules/" in name and not entry.get("dev")}
        odd = {
            name: entry.get("license")
            for name, entry in shipped.items()
            if not entry.get("link") and entry.get("license") not in allowed
        }
        assert odd == {}


class TestFreshness:
    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        """A small workspace with a build of it."""
        source = tmp_path / "web" / "console" / "src"
        source.mkdir(parents=True)
        (source / "main.tsx").write_text("start()", "utf-8")
        (tmp_path / "web" / "package-lock.json").write_text("{}", "utf-8")
        for app in web.APPS:
            folder = web.built(tmp_path, app)
            folder.mkdir(parents=True)
            (folder / web.STAMP).write_text(web.fingerprint(tmp_path), "ascii")
        return tmp_path

    def test_a_build_of_these_sources_is_fresh(self, checkout: Path) -> None:
        assert web.is_fresh(checkout)
        assert not web.build(checkout)

    @pytest.mark.parametrize("changed", ["console/src/main.tsx", "package-lock.json", "console/src/new.ts"])
    def test_any_change_makes_it_stale(self, checkout: Path, changed: str) -> None:
        (checkout / "web" / changed).write_text("changed", "utf-8")
        assert not web.is_fresh(checkout)

    def test_a_file_that_moved_makes_it_stale(self, checkout: Path) -> None:
        source = checkout / "web" / "console" / "src"
        (source / "main.tsx").rename(source / "first.tsx")
        assert not web.is_fresh(checkout)

    @pytest.mark.parametrize("changed", ["node_modules/x/index.js", "console/src/main.test.tsx", "console/dist/a.js"])
    def test_what_is_not_in_the_bundle_changes_nothing(self, checkout: Path, changed: str) -> None:
        path = checkout / "web" / changed
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("changed", "utf-8")
        assert web.is_fresh(checkout)

    @pytest.mark.parametrize("app", web.APPS)
    def test_one_without_the_other_is_not(self, checkout: Path, app: str) -> None:
        (web.built(checkout, app) / web.STAMP).unlink()
        assert not web.is_fresh(checkout)

    def test_times_change_nothing(self, checkout: Path) -> None:
        for path in web.sources(checkout):
            path.touch()
        assert web.is_fresh(checkout)

    def test_a_build_without_sources_is_taken_as_it_is(self, checkout: Path) -> None:
        shutil.rmtree(checkout / "web")
        assert web.is_fresh(checkout)

    def test_an_sdist_holds_what_it_is_built_from(self) -> None:
        included = tomllib.loads((web.ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
            "sdist"
        ]["only-include"]
        assert {f"web/{name}" for name in web.BUILT_FROM} == {path for path in included if path.startswith("web/")}
        assert {"src", "hatch_build.py", "scripts/web.py"} <= set(included)

    def test_nothing_is_not_fresh(self, tmp_path: Path) -> None:
        assert not web.is_fresh(tmp_path)


class TestBundle:
    @pytest.mark.parametrize("app", web.APPS)
    def test_names_no_foreign_host(self, built: Path, app: str) -> None:
        found: dict[str, set[str]] = {}
        for path in (built.parent / app).rglob("*"):
            if path.suffix in {".js", ".css", ".html", ".svg"}:
                for host in _HOST.findall(path.read_text("utf-8")):
                    found.setdefault(host.lower(), set()).add(path.name)
        assert {host: files for host, files in found.items() if host not in NAMED_ONLY} == {}

    def test_the_first_load_is_small(self, built: Path) -> None:
        page = (built / "index.html").read_text("utf-8")
        first = re.findall(r'(?:src|href)="/(assets/[^"]+)"', page)
        size = sum(len(gzip.compress((built / name).read_bytes())) for name in first)
        assert 50 * KIB < size <= MAIN_LIMIT, f"{size / KIB:.0f} kB"

    def test_charts_and_graphs_come_when_they_are_needed(self, built: Path) -> None:
        page = (built / "index.html").read_text("utf-8")
        for name in re.findall(r"assets/[\w.-]+\.js", page):
            text = (built / name).read_text("utf-8")
            assert "zrender" not in text.lower(), name
            assert "react-flow__" not in text, name

    def test_every_larger_file_lies_there_packed_too(self, built: Path) -> None:
        for path in built.parent.rglob("*.js"):
            if path.stat().st_size > KIB:
                assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()


class TestMembersPages:
    """What a phone loads within WeChat, with an older browser, by a slow network."""

    @pytest.fixture
    def pages(self, built: Path) -> Path:
        return built.parent / "member"

    def test_the_first_page_is_small(self, pages: Path) -> None:
        """Everything that has to come before somebody sees their points: the longer of both languages, and the page."""
        first = set(re.findall(r'(?:src|href)="/m/(assets/[^"]+)"', (pages / "index.html").read_text("utf-8")))
        words = max(self.named(pages, "zh-*.js", "en-*.js"), key=lambda path: path.stat().st_size)
        wanted = {pages / name for name in first} | {words} | self.with_what_it_loads(pages, "Home-*.js")
        size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in wanted)
        assert len(wanted) > 5
        assert 50 * KIB < size <= MEMBER_LIMIT, f"{size:,} bytes in {len(wanted)} files"

    def named(self, pages: Path, *patterns: str) -> list[Path]:
        found = [path for pattern in patterns for path in pages.glob(f"assets/{pattern}")]
        assert len(found) == len(patterns)
        return found

    def with_what_it_loads(self, pages: Path, pattern: str) -> set[Path]:
        """A page with everything that its script names, and so on."""
        known: set[Path] = set()
        waiting = self.named(pages, pattern)
        while waiting:
            path = waiting.pop()
            if path not in known:
                known.add(path)
                named = re.findall(r"from[\"'`]\./([\w.-]+\.js)", path.read_text("utf-8"))
                waiting += [path.with_name(name) for name in named]
        return known

    def test_pages_come_when_they_are_gone_to(self, pages: Path) -> None:
        first = (pages / "index.html").read_text("utf-8")
        for name in ("Home", "Tasks", "CheckIn", "Points", "Orders", "Mine", "SignIn"):
            (path,) = pages.glob(f"assets/{name}-*.js")
            assert path.name not in first

    def test_older_engines_can_read_it(self, pages: Path) -> None:
        """No syntax that is younger than ES2018, but modules that are loaded when they are needed: Chrome has both since 63."""
        command = f"""
            const {{ parse }} = require({str(WORKSPACE / "node_modules" / "acorn")!r}), fs = require('fs');
            for (const file of {json.dumps([str(path) for path in pages.rglob("*.js")])}) {{
              const text = fs.readFileSync(file, 'utf8').replace(/import\\.meta/g, 'imports').replace(/\\bimport\\(/g, 'loads(');
              parse(text, {{ ecmaVersion: 2018, sourceType: 'module' }});
            }}"""
        done = subprocess.run([str(web.node()), "-e", command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
