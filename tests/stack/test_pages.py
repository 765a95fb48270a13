"""The pages in a real browser, light and dark."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(600)]
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's browser, or Playwright's own."""
    known = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        if known is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("NO BROWSER: neither chromium on the PATH nor Playwright's own; run .ci/browser")
        started = playwright.chromium.launch(executable_path=known, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def failed_run(stack: Any) -> str:
    """A failed run of the checks, with its results."""
    stack.warehouse("UPDATE orders SET amount = NULL WHERE id = 2")
    run_id = str(stack.trigger("bad_data"))
    assert stack.finish("bad_data", run_id) == "failed"
    return run_id


@pytest.fixture(params=["light", "dark"])
def visit(request: pytest.FixtureRequest, browser: Browser, stack: Any, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open a path as a user, in a theme; at the end the console must hold no error."""
    errors: list[str] = []
    contexts = []

    def open_page(path: str, user: str | None = "admin") -> Page:
        context = browser.new_context(viewport={"width": 1600, "height": 1000})
        contexts.append(context)
        context.add_init_script(f"localStorage.setItem('theme', '{request.param}')")
        if user is not None:
            context.add_cookies([{"name": "_token", "value": stack.token(user), "url": stack.address}])
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{stack.address}/{path}")
        return page

    yield open_page
    for number, context in enumerate(contexts):
        for page in context.pages:
            page.screenshot(path=tmp_path / f"{request.param}-{number}.png", full_page=True)
        context.close()
    assert [error for error in errors if "401" not in error] == []


def test_the_overview_shows_what_is_broken_first(visit: Callable[..., Page], failed_run: str) -> None:
    page = visit("plugin/reliability")
    expect(page.get_by_role("heading", name="Data reliability")).to_be_visible()
    expect(page.get_by_role("link", name="orders", exact=True).first).to_be_visible()
    expect(page.get_by_text("orders: 1 of 2 checks failed: not_null(amount)").first).to_be_visible()
    states = page.locator("table").filter(has_text="Last 30 runs").locator("tbody tr")
    expect(states.first).to_contain_text("Failed")


def test_a_table_shows_its_checks_and_a_history_with_the_threshold_drawn(visit: Callable[..., Page], stack: Any, failed_run: str) -> None:
    found = stack.call("GET", "dre/api/overview").json()["tables"]
    dataset = next(table["dataset"] for table in found if table["dataset"]["short_name"] == "orders")
    address = f"namespace={quote(dataset['namespace'], safe='')}&name={quote(dataset['name'])}"
    checks = stack.call("GET", f"dre/api/table?{address}").json()["checks"]
    check = next(check["latest"] for check in checks if check["latest"]["name"] == "not_null(amount)")
    page = visit(f"plugin/reliability/table?{address}&check={check['check_id']}")
    expect(page.get_by_text("1 of 2 rows (50%) break it, more than 0").first).to_be_visible()
    expect(page.locator("svg text").filter(has_text="fail above 0").first).to_be_visible()
    expect(page.get_by_text('COUNT("orders"."amount")', exact=False)).to_be_visible()


def test_an_incident_tells_its_story_and_is_resolved_by_hand(visit: Callable[..., Page], stack: Any, failed_run: str) -> None:
    stack.finish("killed", stack.trigger("killed"))
    live = stack.call("GET", "dre/api/incidents", params={"status": "live"}).json()["incidents"]
    number = next(row["id"] for row in live if row["origin"]["dag_id"] == "killed")
    page = visit("plugin/reliability/incidents")
    page.get_by_role("link", name="Task killed.load failed").first.click()
    expect(page).to_have_url(re.compile(rf"/plugin/reliability/incidents/{number}$"))
    expect(page.get_by_text("task_failed").first).to_be_visible()
    page.get_by_role("button", name="Resolve").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("known to the team")
    dialog.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("known to the team")).to_be_visible()
    assert stack.incidents(f"id = {number}")[0]["status"] == "resolved"


def test_a_task_instance_has_a_tab_with_the_results_of_that_run(visit: Callable[..., Page], failed_run: str) -> None:
    page = visit(f"dags/bad_data/runs/{quote(failed_run, safe='')}/tasks/check/plugin/reliability-results")
    expect(page.get_by_role("link", name="not_null(amount)")).to_be_visible()
    expect(page.get_by_text("1 of 2 rows (50%) break it, more than 0").first).to_be_visible()


def test_a_viewer_sees_an_incident_without_the_button(visit: Callable[..., Page], stack: Any, failed_run: str) -> None:
    number = stack.incidents("dag_id = 'bad_data' AND status = 'open'")[0]["id"]
    page = visit(f"plugin/reliability/incidents/{number}", user="vera")
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)


def test_a_table_nobody_checked_says_so(visit: Callable[..., Page], stack: Any) -> None:
    answer = stack.call("GET", "dre/api/table?namespace=n&name=nothing")
    assert answer.status_code == 404
    page = visit("plugin/reliability/incidents?status=resolved")
    expect(page.get_by_role("heading", name="Data reliability")).to_be_visible()


def test_a_deep_link_asks_a_stranger_to_log_in(visit: Callable[..., Page]) -> None:
    page = visit("plugin/reliability/incidents", user=None)
    expect(page.get_by_role("textbox").first).to_be_visible()
    assert "login" in page.url
