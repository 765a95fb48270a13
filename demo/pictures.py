"""``make pictures``: the pictures of the documentation, light and dark, from a run of the demo in a headless browser.

The pages show the path of the warehouse, so ``make pictures`` sets ``DEMO_HOME`` to a folder below the one for temporary files.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from run import HOME, ROOT, rows, say, served_demo

IMAGES = ROOT / "docs" / "images"
THEMES = ("light", "dark")
VIEW: ViewportSize = {"width": 1344, "height": 840}


def pages(address: str) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each picture, the address of its page, and a text that shows that the page is complete."""
    (namespace, name) = rows(HOME / "dre.db", "SELECT namespace, name FROM dre_suite_run LIMIT 1")[0]
    (incident,) = rows(HOME / "dre.db", "SELECT MIN(id) FROM dre_incident")[0]
    place = f"{address}/plugin/reliability"
    yield "overview", place, "flights"
    yield "incident", f"{place}/incidents/{incident}", "Timeline"
    yield "table", f"{place}/table?namespace={quote(namespace, safe='')}&name={quote(name, safe='')}", "not_null(dep_time)"


def take(browser: Browser, theme: str, name: str, address: str, shows: str) -> None:
    """Take one picture.

    :raises AssertionError: the page does not show its text, or shows a path of this machine.
    """
    context = browser.new_context(viewport=VIEW, timezone_id="UTC", locale="en-GB")
    context.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_text(shows).first).to_be_visible(timeout=60_000)
    if name == "table":
        open_check(page, shows)
    page.wait_for_load_state("networkidle")
    if any(str(place) in page.locator("body").inner_text() for place in (ROOT, Path.home())):
        raise AssertionError(f"{address} shows a path of this machine")
    target = IMAGES / f"{name}-{theme}.png"
    page.screenshot(path=target)
    say(f"  {target.relative_to(ROOT)}")
    context.close()


def open_check(page: Page, name: str) -> None:
    """Open the history of a check on the page of its table."""
    page.get_by_role("button", name=name).first.click()
    expect(page.locator("svg[role=img], svg[role=group], figure svg").first).to_be_visible()


def main() -> None:
    """Run the demo and take all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    known = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    with served_demo() as (_, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=known, args=["--no-sandbox"])
        for theme in THEMES:
            for name, place, shows in pages(address):
                take(browser, theme, name, place, shows)
        browser.close()


if __name__ == "__main__":
    main()
