"""Pictures of the console: all those of the docs, from a demo brand of its own; or any pages of a Siyu that runs.

Run: ``python -m scripts.pictures [NAME…]`` makes docs/pictures/{zh,en}/NAME.png; without names all of them, and what is
there besides is deleted. The brand has a fixed seed and ends now, for the console speaks of the last days: so numbers
stay alike and dates do not.

``python -m scripts.pictures look URL FOLDER LOGIN PASSWORD PATH… [--dark] [--en] [--width 1280] [--height 800]`` takes
pages of a running Siyu, and ends with 1 when the browser or axe-core has something to complain about.
"""

import argparse
import base64
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from scripts.album import HEIGHT, PICTURES, WIDTH, Picture
from scripts.chromium import opened
from scripts.png import palette_png
from scripts.stage import LOGIN, PASSWORD, Stage, set_up

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "pictures"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
PEOPLE, DAYS, SEED = 2000, 365, 7
_PATIENCE_S = 20.0
_FILLED_WITHIN_S = 900.0
# Spinners, skeletons, and texts that say that something is on its way.
_BUSY = ".ant-spin-spinning, .ant-skeleton, [aria-busy=true], .ant-btn-loading"
# Every rule of axe has its weight: those of no weight here need not be tried on each element.
_LOOK = """(weights) => {
  const light = axe._audit.rules.filter((rule) => !weights.includes(rule.impact));
  const rules = Object.fromEntries(light.map((rule) => [rule.id, { enabled: false }]));
  return axe.run(document, { resultTypes: ["violations"], preload: false, rules }).then((found) => found.violations);
}"""
_WEIGHTS = ("serious", "critical")
_QUIET_MS = 250
# Ends when the document has not changed for a while, nothing in it says that it is busy, and no colour is on its way
# to another: a transition changes nothing in the document, and on a busy machine it outlasts the while.
_STILL = """([busy, patience, quiet]) => new Promise((done) => {
  const moves = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity;
  const waits = () => document.querySelector(busy) || document.getAnimations().some(moves);
  let timer;
  const watch = new MutationObserver(() => again());
  const end = () => { watch.disconnect(); clearTimeout(timer); done(); };
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (waits() ? again() : end()), quiet);
  };
  watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  setTimeout(end, patience);
  again();
})"""
_DECODE = """async (text) => {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(picture, 0, 0);
  const { data, width, height } = drawing.getImageData(0, 0, picture.width, picture.height);
  const parts = [];
  for (let at = 0; at < data.length; at += 32768) parts.push(String.fromCharCode(...data.subarray(at, at + 32768)));
  return [width, height, btoa(parts.join(""))];
}"""


@dataclass
class Window:
    """A window of the browser in one language and one look, which keeps what the browser complains about."""

    context: BrowserContext
    page: Page
    problems: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls, browser: Browser, url: str, language: str, *, dark: bool, width: int, height: int, **more: Any
    ) -> "Window":
        """``more``: further options of Playwright's context."""
        context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **more,
        )
        window = cls(context, context.new_page())
        window.page.on("console", window._heard)
        window.page.on("pageerror", lambda error: window.problems.append(f"threw: {error.stack or error}"))
        window.page.on("response", window._answered)
        return window

    def _heard(self, said: ConsoleMessage) -> None:
        # The session is asked for before the sign-in: that answer is no problem, and the browser writes it down.
        if said.type == "error" and "401" not in said.text:
            self.problems.append(f"console: {said.text}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400 and answer.status != 401:
            self.problems.append(f"{answer.status} {answer.url}")

    def sign_in(self, login: str, password: str) -> None:
        """Through the form; a wrong password ends in a timeout."""
        self.page.goto("/sign-in")
        self.page.locator("#login").fill(login)
        self.page.locator("#password").fill(password)
        self.page.locator("button[type=submit]").click()
        self.page.wait_for_url(lambda reached: "/sign-in" not in reached)

    def still(self, quiet_ms: int = _QUIET_MS) -> None:
        """Wait until everything is there and the document no longer changes, at most the patience for a picture."""
        self.page.wait_for_load_state("load")
        self.page.locator("h1").first.wait_for()
        self.page.evaluate(_STILL, [_BUSY, _PATIENCE_S * 1000, quiet_ms])

    def settled(self) -> bytes:
        """The picture, when everything is there and nothing moves any more. A page that always moves is taken as it is."""
        page = self.page
        self.still()
        before, until = b"", time.monotonic() + _PATIENCE_S
        while True:
            page.wait_for_timeout(300)
            now = page.screenshot(animations="disabled", caret="hide")
            if (now == before and page.locator(_BUSY).count() == 0) or time.monotonic() > until:
                return now
            before = now

    def findings(self) -> list[str]:
        """Serious and critical findings of axe-core on this page; needs a context with ``bypass_csp``."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        # No button is judged by the colours that it has on the way from "disabled".
        self.page.evaluate(_STILL, [_BUSY, _PATIENCE_S * 1000, 0])
        # Only what is wrong comes back: every element that is well would take longer to tell than to look at.
        found: list[dict[str, Any]] = self.page.evaluate(_LOOK, _WEIGHTS)
        return [
            f"axe {one['impact']} {one['id']}: {node['html'][:160]}"
            for one in found
            if one["impact"] in _WEIGHTS
            for node in one["nodes"]
        ]


class Darkroom:
    """Makes small PNGs of the browser's large ones; the browser itself reads them."""

    def __init__(self, browser: Browser) -> None:
        self._page = browser.new_page()

    def develop(self, png: bytes) -> bytes:
        """The same picture in at most 256 colours."""
        width, height, text = self._page.evaluate(_DECODE, base64.b64encode(png).decode("ascii"))
        return palette_png(np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4))


def take(browser: Browser, stage: Stage, pictures: tuple[Picture, ...], target: Path) -> list[str]:
    """All pictures in both languages into ``target``; returns what the browser complained about."""
    darkroom, problems = Darkroom(browser), []
    for language in LOCALES:
        (target / language).mkdir(parents=True, exist_ok=True)
        entrance = Window.open(browser, stage.url, language, dark=False, width=WIDTH, height=HEIGHT)
        entrance.sign_in(LOGIN, PASSWORD)
        session = entrance.context.storage_state()
        entrance.context.close()
        for picture in pictures:
            window = Window.open(
                browser, stage.url, language, dark=picture.dark, width=picture.width, height=picture.height,
                storage_state=session if picture.signed_in else None,
            )  # fmt: skip
            window.page.goto(picture.path(stage))
            if picture.act:
                window.settled()
                picture.act(window.page, stage)
            (target / language / f"{picture.name}.png").write_bytes(darkroom.develop(window.settled()))
            problems += [f"{language} {picture.name}: {problem}" for problem in window.problems]
            window.context.close()
            print(f"{language} {picture.name}", flush=True)
    return problems


class Demo:
    """A demo brand in a folder of its own. It may be ended and begun again, as its owner would.

    Attributes:
        data: its data folder.
        process: of the last start.
    """

    def __init__(self, folder: Path, port: int, *, people: int = PEOPLE, days: int = DAYS) -> None:
        self.data, self.port = folder / "data", port
        self.process: subprocess.Popen[bytes] | None = None
        self._people, self._days = people, days
        self._told: list[Path] = []  # what each start has said

    def begin(self) -> None:
        """Start it, where it does not run."""
        if self.process is not None and self.process.poll() is None:
            return
        variables = os.environ | {
            "SIYU_HTTP_PORT": str(self.port), "SIYU_LOG_LEVEL": "error", "COLUMNS": "400",
            "SIYU_MINIMUM_FREE_BYTES": str(256 << 20),
        }  # fmt: skip
        command = [sys.executable, "-m", "siyu.app.cli", "demo", "--data", str(self.data)]
        command += ["--people", str(self._people), "--days", str(self._days), "--seed", str(SEED)]
        self._told.insert(0, self.data.with_name(f"said-{len(self._told)}"))
        with self._told[0].open("wb") as out:
            self.process = subprocess.Popen(command, env=variables, stdout=out, stderr=out)

    def said(self) -> str:
        """What it has said: the address, the owner's link, people worth a look. The last start first."""
        return "\n".join(told.read_text("utf-8", "replace") for told in self._told)

    def filled(self) -> str:
        """Wait until it is filled, having begun it where it does not run; what it has said.

        Raises:
            RuntimeError: it ended, or is not filled after a quarter of an hour; with what it said.
        """
        self.begin()
        assert self.process is not None
        until = time.monotonic() + _FILLED_WITHIN_S
        while "\nAPI: http" not in (text := self.said()):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(text[-4000:])
            time.sleep(0.5)
        return text

    def end(self) -> None:
        """As Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)


def make(names: list[str], port: int) -> int:
    """Make the pictures of the docs; 1 when a page had something to complain about."""
    unknown = set(names) - {picture.name for picture in PICTURES}
    if unknown:
        print(f"No such picture: {', '.join(sorted(unknown))}. There are: {', '.join(p.name for p in PICTURES)}")
        return 2
    chosen = tuple(picture for picture in PICTURES if not names or picture.name in names)
    with tempfile.TemporaryDirectory(prefix="siyu-pictures-") as folder, opened() as browser:
        demo = Demo(Path(folder), port)
        try:
            problems = take(browser, set_up(demo.filled(), Path(folder)), chosen, TARGET)
        finally:
            demo.end()
    if not names:
        kept = {f"{picture.name}.png" for picture in PICTURES}
        for old in TARGET.glob("*/*.png"):
            if old.name not in kept:
                old.unlink()
    size = sum(file.stat().st_size for file in TARGET.rglob("*.png"))
    print(f"{len(list(TARGET.rglob('*.png')))} pictures, {size / 1e6:.2f} MB", *problems, sep="\n")
    return 1 if problems else 0


def look(asked: argparse.Namespace) -> int:
    """Take pages of a Siyu that runs; 1 when the browser or axe-core has something to complain about."""
    language, problems = "en" if asked.en else "zh", 0
    folder = Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with opened() as browser:
        window = Window.open(
            browser, asked.url, language, dark=asked.dark, width=asked.width, height=asked.height, bypass_csp=True
        )
        if asked.login and asked.password:
            window.sign_in(asked.login, asked.password)
        for path in asked.paths or ["/sign-in"]:
            window.page.goto(path)
            words = [
                re.sub(r"[^\w]+", "-", path).strip("-") or "start",
                language,
                "dark" if asked.dark else "",
                str(asked.width),
            ]
            (folder / f"{'-'.join(filter(None, words))[-200:]}.png").write_bytes(window.settled())
            overflow = window.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            wide = [f"the page is {overflow} px wider than the window"] if overflow > 0 else []
            found = [*window.problems, *window.findings(), *wide]
            window.problems.clear()
            problems += len(found)
            print(path, *(f"  {one}" for one in found), sep="\n", flush=True)
    return 1 if problems else 0


def main() -> int:
    """Choose by the first word."""
    if sys.argv[1:2] == ["look"]:
        parser = argparse.ArgumentParser("scripts.pictures look")
        for name in ("url", "folder", "login", "password"):
            parser.add_argument(name)
        parser.add_argument("paths", nargs="*")
        parser.add_argument("--dark", action="store_true")
        parser.add_argument("--en", action="store_true")
        parser.add_argument("--width", type=int, default=WIDTH)
        parser.add_argument("--height", type=int, default=HEIGHT)
        return look(parser.parse_args(sys.argv[2:]))
    parser = argparse.ArgumentParser("scripts.pictures", description="Make the pictures of the docs.")
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--port", type=int, default=8102)
    asked = parser.parse_args()
    return make(asked.names, asked.port)


if __name__ == "__main__":
    sys.exit(main())
