"""The pages in a real browser, light and dark."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(600)]
expect.set_options(timeout=30_000)
FAILED = "8 of 100 rows (8%) break it, more than 5%"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Yield the system's browser, or Playwright's own.

    Its profile is on disk, so that Airflow's scripts are loaded and compiled once: without one each page would take seconds for them.
    """
    known = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        if known is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("NO BROWSER: neither chromium on the PATH nor Playwright's own; run .ci/browser")
        started = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("browser"),
            executable_path=known,
            args=["--no-sandbox", "--disable-gpu"],
            viewport={"width": 1600, "height": 1000},
            reduced_motion="reduce",
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def failed_run(stack: Any, runs: dict[str, str]) -> str:
    """Return a failed run of the checks, after three that did not fail."""
    earlier = "SELECT COUNT(*) AS n FROM dre_suite_run WHERE suite = 'shown daily'"
    before = [run["dag_run_id"] for run in stack.insist("GET", "api/v2/dags/shown/dagRuns")["dag_runs"]]
    assert [stack.finish("shown", run_id) for run_id in before] == ["success"] * 3
    assert stack.rows(earlier)[0]["n"] == 3
    run_id = str(stack.trigger("shown"))
    assert stack.finish("shown", run_id) == "failed"
    return run_id


@pytest.fixture(params=["light", "dark"])
def visit(request: pytest.FixtureRequest, browser: BrowserContext, stack: Any, pictures: Path) -> Iterator[Callable[..., Page]]:
    """Yield a function that opens a path as a user in a theme.

    At the end, take a picture and assert that the console has no error.
    """
    errors: list[str] = []
    pages: list[Page] = []

    def open_page(path: str, user: str | None = "admin") -> Page:
        browser.clear_cookies()
        if user is not None:
            browser.add_cookies([{"name": "_token", "value": stack.token(user), "url": stack.address}])
        page = browser.new_page()
        page.add_init_script(f"localStorage.setItem('theme', '{request.param}')")
        pages.append(page)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{stack.address}/{path}")
        if user is not None:
            expect(page.locator("html")).to_have_class(re.compile(request.param))
        return page

    yield open_page
    name = request.node.originalname.removeprefix("test_")
    for number, page in enumerate(pages):
        page.screenshot(path=pictures / f"{name}-{number}-{request.param}.png", full_page=True)
        page.close()
    assert [error for error in errors if "401" not in error] == []


@pytest.fixture(scope="module")
def dataset(stack: Any, failed_run: str) -> dict[str, str]:
    """Return the dataset that the checks of ``shown`` read, as the API names it."""
    tables = stack.call("GET", "dre/api/overview").json()["tables"]
    return next(table["dataset"] for table in tables if table["dataset"]["short_name"] == "shown")


def address_of(dataset: dict[str, str]) -> str:
    """Query of the page of a table."""
    return f"namespace={quote(dataset['namespace'], safe='')}&name={quote(dataset['name'])}"


def test_the_overview_shows_what_is_broken_first(visit: Callable[..., Page], failed_run: str) -> None:
    page = visit("plugin/reliability")
    expect(page.get_by_role("heading", name="Data reliability")).to_be_visible()
    tables = page.get_by_role("table", name="Tables").locator("tbody tr")
    expect(tables.first).to_contain_text("Failed")
    row = tables.filter(has=page.get_by_role("link", name="shown", exact=True))
    expect(row).to_contain_text("Failed")
    expect(row.get_by_role("link", name=re.compile(r"^Incident \d+: shown: 1 of 3 checks failed"))).to_be_visible()
    expect(row.locator("[data-outcome]")).to_have_count(4)
    expect(page.get_by_role("table", name="Freshness SLAs")).to_contain_text("stale hourly")


def test_a_filter_that_nothing_meets_says_so(visit: Callable[..., Page], failed_run: str) -> None:
    page = visit("plugin/reliability", user="vera")
    page.get_by_role("searchbox", name="Filter tables by name").fill("nothing at all")
    expect(page.get_by_text("No table is named like “nothing at all”.")).to_be_visible()


def test_a_table_shows_its_checks_and_a_history_with_the_threshold_drawn(
    visit: Callable[..., Page], failed_run: str, dataset: dict[str, str]
) -> None:
    page = visit(f"plugin/reliability/table?{address_of(dataset)}")
    expect(page.get_by_text(FAILED).first).to_be_visible()
    page.get_by_role("button", name="not_null(amount)").click()
    expect(page).to_have_url(re.compile("check="))
    heights = {}
    for level, label in (("fail", "fail above 5%"), ("warn", "warn above 2%")):
        drawn = page.locator(f"g[data-threshold={level}]")
        expect(drawn.locator("text").filter(has_text=label)).to_be_visible()
        expect(drawn.locator("rect").first).to_be_visible()
        heights[level] = float(drawn.locator("line").first.get_attribute("y1") or "nan")
    assert 0 < heights["fail"] < heights["warn"], "5% is drawn above 2%"
    expect(page.get_by_text('"shown"."amount" IS NULL', exact=False)).to_be_visible()
    expect(page.get_by_text("Not every amount is known")).to_be_visible()


def test_a_check_that_is_judged_by_a_column_shows_its_values(visit: Callable[..., Page], failed_run: str, dataset: dict[str, str]) -> None:
    page = visit(f"plugin/reliability/table?{address_of(dataset)}")
    page.get_by_role("button", name="amounts by region").click()
    values = page.get_by_role("table", name="Worst values of region").locator("tbody tr")
    expect(values).to_have_count(2)
    expect(values.filter(has_text="(no value)")).to_contain_text("of 25")
    expect(page.get_by_text('GROUP BY "shown"."region"', exact=False)).to_be_visible()


def test_an_incident_tells_its_story_and_is_resolved_by_hand(visit: Callable[..., Page], stack: Any, runs: dict[str, str]) -> None:
    live = stack.incidents("dag_id = 'killed_for_pages' AND status = 'open'")
    if not live:
        stack.finish("killed_for_pages", runs["killed_for_pages"])
    if not stack.incidents("dag_id = 'killed_for_pages' AND status = 'open'"):  # the other theme resolved it
        stack.finish("killed_for_pages", stack.trigger("killed_for_pages"))
    number = stack.incidents("dag_id = 'killed_for_pages' AND status = 'open'")[0]["id"]
    page = visit("plugin/reliability/incidents")
    page.get_by_role("link", name="Task killed_for_pages.load was killed or lost").click()
    expect(page).to_have_url(re.compile(rf"/plugin/reliability/incidents/{number}$"))
    expect(page.get_by_text("task_failed").first).to_be_visible()
    page.get_by_role("button", name="Resolve").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("known to the team")
    dialog.get_by_role("button", name="Resolve incident").click()
    expect(page.get_by_text("known to the team")).to_be_visible()
    expect(page.get_by_text("Resolved by admin")).to_be_visible()
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)
    assert stack.incidents(f"id = {number}")[0]["status"] == "resolved"


def test_an_incident_of_the_data_leads_to_its_evidence(visit: Callable[..., Page], stack: Any, failed_run: str) -> None:
    number = stack.incidents("dag_id = 'shown' AND status = 'open'")[0]["id"]
    page = visit(f"plugin/reliability/incidents/{number}")
    expect(page.get_by_role("heading", name=re.compile("shown: 1 of 3 checks failed"))).to_be_visible()
    expect(page.get_by_role("table", name="Notifications")).to_contain_text("oncall")
    page.get_by_role("link", name="check results").click()
    expect(page.get_by_text(FAILED).first).to_be_visible()


def test_a_task_instance_has_a_tab_with_the_results_of_that_run(visit: Callable[..., Page], failed_run: str) -> None:
    page = visit(f"dags/shown/runs/{quote(failed_run, safe='')}/tasks/check/plugin/reliability-results")
    expect(page.get_by_role("table", name="Results of shown").get_by_role("link", name="not_null(amount)")).to_be_visible()
    expect(page.get_by_text(FAILED).first).to_be_visible()


def test_a_task_without_checks_says_what_to_do_next(visit: Callable[..., Page], stack: Any, runs: dict[str, str]) -> None:
    stack.finish("killed", runs["killed"])
    page = visit(f"dags/killed/runs/{quote(runs['killed'], safe='')}/tasks/load/plugin/reliability-results", user="vera")
    expect(page.get_by_role("heading", name="No check results of this task instance")).to_be_visible()
    expect(page.get_by_text("QualityCheckOperator(", exact=False)).to_be_visible()


def test_a_viewer_sees_an_incident_without_the_button(visit: Callable[..., Page], stack: Any, failed_run: str) -> None:
    number = stack.incidents("dag_id = 'shown' AND status = 'open'")[0]["id"]
    page = visit(f"plugin/reliability/incidents/{number}", user="vera")
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)


def test_a_deep_link_asks_a_stranger_to_log_in_and_leads_on(visit: Callable[..., Page]) -> None:
    page = visit("plugin/reliability/incidents", user=None)
    expect(page.get_by_role("textbox").first).to_be_visible()
    assert "login" in page.url
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin-pw")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/plugin/reliability/incidents$"))
    expect(page.get_by_role("heading", name="Incidents")).to_be_visible()
