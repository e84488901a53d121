"""Headless Chromium: one window of a person at a desk or with a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NO_CHROMIUM = "no Chromium on this machine; on Debian and Ubuntu: apt-get install chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = (1280, 680)
PHONE = (390, 844)
PATIENCE = 30_000  # milliseconds for a thing to appear; two cores may be busy with other tests


def launched(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))


class Window:
    """A window, and what the consoles of it and of those it opened show in red."""

    def __init__(self, page: Page, complaints: list[str], size: tuple[int, int] = DESK) -> None:
        self.page = page
        self.size = size
        self.complaints = complaints
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console", lambda line: complaints.append(line.text) if line.type == "error" else None
        )

    def open(self, url: str) -> None:
        self.page.goto(url)

    def opened_by(self, act: Callable[[], None]) -> Window:
        """The new window that a press opens."""
        with self.page.context.expect_page() as opened:
            act()
        return Window(opened.value, self.complaints, self.size)

    def sees(self, text: str, *, within: str = "body") -> Locator:
        found = self.page.locator(within).get_by_text(text).filter(visible=True).first
        found.wait_for()
        return found

    def text(self, selector: str = "body") -> str:
        return self.page.locator(selector).first.inner_text()

    def overhang(self) -> int:
        """Pixels that stick out to the right: what a person would have to scroll for."""
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(width))

    def shot(self, name: str, *, whole: bool = False) -> None:
        """Keep a picture, where the environment's SCREENSHOTS names a folder."""
        folder = os.environ.get("SCREENSHOTS")
        if not folder:
            return
        expect(self.page.locator(".toast")).to_have_count(0)
        width, height = self.size
        self.page.set_viewport_size({"width": width, "height": height})
        if whole:
            height = int(self.page.evaluate("document.documentElement.scrollHeight"))
            self.page.set_viewport_size({"width": width, "height": height})
        self.page.screenshot(path=Path(folder) / f"{name}.png")


@contextmanager
def window(browser: Browser, size: tuple[int, int]) -> Iterator[Window]:
    context = browser.new_context(
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        viewport={"width": size[0], "height": size[1]},
    )
    with context:
        yield Window(context.new_page(), [], size)
