"""Takes docs/pictures from a fresh running demo; the last ones carry out its deployment with a GO.

    make run                                            # in another terminal
    .venv/bin/python docs/pictures.py http://127.0.0.1:8000

The browser is the one that CHROMIUM names, else /usr/bin/chromium.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent / "pictures"
EXAMPLE = HERE.parents[1] / "examples" / "sprint-001.md"
PASSWORD = "demo-portal"  # noqa: S105 - the demo's, printed by `make run`
SERVICE, READY = "Storage layer → Production", "Search → Production"
STEPS_SHOWN = 5  # how far the day is when its picture is taken
WATCHED = 60_000  # milliseconds of watching before the curves are worth a picture
LARGEST = 160_000
DESKTOP, TALL, PHONE = (1200, 760), (1200, 900), (360, 780)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """`tab` ends the deployment's address, None is the home page; `press` is a link to follow.

    `prepare` opens and types what is to be seen, and changes no deployment;
    `elsewhere` is another address.
    """

    name: str
    person: str
    tab: str | None = ""
    theme: str = "light"
    size: tuple[int, int] = DESKTOP
    press: str = ""
    prepare: Callable[[Page], None] | None = None
    elsewhere: str = ""


def edit_an_item(page: Page) -> None:
    """A ticked item gets other words, an owner and a due time: the form says what that costs."""
    page.get_by_role("link", name="Edit “Backup").click()
    page.get_by_label("Text").fill("Backup of the production database taken and read back")
    page.locator("#plan_owner").select_option(label="Operations")
    page.locator("#plan_due").fill("26 h before T0")
    page.get_by_text("has to be confirmed again").wait_for()
    page.get_by_label("Text").evaluate(
        "field => scrollTo(0, field.getBoundingClientRect().top + scrollY - 170)"
    )


def open_ready(page: Page, tab: str) -> None:
    """A tab of the deployment that has its GO, or is past it."""
    address = page.url.partition("/deployments/")[0].rstrip("/")
    page.goto(f"{address}/deployments/")
    row = page.get_by_role("row").filter(has_text=READY).first
    page.goto(f"{address}{row.get_by_role('link').get_attribute('href')}{tab}")


def begin_the_day(page: Page) -> None:
    """Started, and in the middle of its steps."""
    open_ready(page, "")
    page.get_by_role("button", name="Start the deployment").click()
    open_ready(page, "runbook/")
    for number in range(1, STEPS_SHOWN + 1):
        do_step(page, number)
    page.locator("#runbook-panel button:enabled", has_text="Begin").first.click()
    page.locator("#runbook-panel button:enabled", has_text="Mark done").wait_for()


def do_step(page: Page, number: int) -> None:
    page.locator("#runbook-panel button:enabled", has_text="Begin").first.click()
    page.locator("#runbook-panel button:enabled", has_text="Mark done").click()
    page.get_by_text(f"{number} of 14 steps done").first.wait_for()


def end_the_day(page: Page) -> None:
    """Completed, and watched for a while."""
    open_ready(page, "runbook/")
    page.locator("#runbook-panel button:enabled", has_text="Mark done").click()
    page.get_by_text(f"{STEPS_SHOWN + 1} of 14 steps done").first.wait_for()
    for number in range(STEPS_SHOWN + 2, 15):
        do_step(page, number)
    page.get_by_role("button", name="Complete the deployment").click()
    open_ready(page, "watch/")
    page.wait_for_timeout(WATCHED)
    page.locator(".chart").first.evaluate(
        "chart => scrollTo(0, chart.getBoundingClientRect().top + scrollY - 420)"
    )


def mark_several(page: Page) -> None:
    page.get_by_text("Change several items at once").click()


def leave_out(page: Page) -> None:
    page.get_by_role("link", name="Details of “SSL").first.click()
    page.get_by_label("Skipped").check()
    page.get_by_label("Why").fill("They were renewed last week; see the evidence.")


def another_time(page: Page) -> None:
    """An hour later, shown before it is saved."""
    field = page.get_by_label("T0")
    hours, minutes = field.input_value()[-5:].split(":")
    later = f"{(int(hours) + 1) % 24:02}:{minutes}"
    field.fill(field.input_value()[:-5] + later)
    page.get_by_role("heading", name="What this does").wait_for()
    page.get_by_role("button", name="Save the time").wait_for()


def look_over(page: Page) -> None:
    """The example comes again, and one of its lines is being said to be something else."""
    page.get_by_label("Checklist document").set_input_files(EXAMPLE)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="Uncertain").click()
    page.locator("a.active", has_text="Uncertain").wait_for()
    page.get_by_role("link", name="Change line").first.click()
    form = page.locator(".plan-open")
    form.get_by_label("It is").wait_for()
    form.evaluate("form => scrollTo(0, form.getBoundingClientRect().top + scrollY - 360)")


def bring_again(page: Page) -> None:
    """A document of which one line was taken out and one says something else."""
    changed = EXAMPLE.read_text(encoding="utf-8").replace("85%", "88%")
    payload = {"name": "sprint-001.md", "mimeType": "text/markdown", "buffer": changed.encode()}
    page.get_by_label("Checklist document").set_input_files(payload)  # type: ignore[arg-type]
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="See what changes in").click()
    page.get_by_role("button", name="Change the plan").wait_for()


PICTURES = (
    Picture("overview", "product_owner"),
    Picture("overview-dark", "product_owner", theme="dark"),
    Picture("overview-phone", "product_owner", size=PHONE),
    Picture("home", "product_owner", tab=None),
    Picture("sign", "security", tab="sign-off/", press="Sign as Security"),
    Picture("room", "ops_lead", tab="room/", size=TALL),
    Picture("decisions", "product_owner", tab=None, elsewhere="/decisions/"),
    Picture("runbook", "ops_lead", tab="runbook/"),
    Picture("plan", "release_manager", tab="plan/", size=TALL, prepare=edit_an_item),
    Picture("plan-phone", "release_manager", tab="plan/", size=PHONE, prepare=mark_several),
    Picture("item", "operations", tab="checklist/", size=TALL, prepare=leave_out),
    Picture("reschedule", "release_manager", tab="schedule/", prepare=another_time),
    Picture("versions", "release_manager", tab="versions/"),
    Picture(
        "review", "release_manager", tab=None, size=TALL, elsewhere="/import/", prepare=look_over
    ),
    Picture(
        "review-dark", "release_manager", tab=None, theme="dark", size=PHONE,
        elsewhere="/import/", prepare=look_over,
    ),
    Picture(
        "changed", "release_manager", tab=None, elsewhere="/import/?onto=1", prepare=bring_again
    ),
    Picture("rights", "admin", tab=None, elsewhere="/services/storage-layer/"),
    Picture("calendar", "release_manager", tab=None, size=TALL, elsewhere="/calendar/"),
    Picture(
        "calendar-phone", "release_manager", tab=None, theme="dark", size=PHONE,
        elsewhere="/calendar/",
    ),
    Picture("history", "admin", tab=None, elsewhere="/history/"),
    Picture("help", "product_owner", tab=None, size=TALL, elsewhere="/help/"),
    # From here on the demo's deployment with a GO is carried out, one picture after the other.
    Picture("day", "ops_lead", tab=None, size=TALL, prepare=begin_the_day),
    Picture("watch", "ops_lead", tab=None, size=TALL, prepare=end_the_day),
)  # fmt: skip


def take(browser: Browser, address: str, picture: Picture, folder: Path) -> Path:
    """One picture of the page as this person sees it, in a session of its own."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=picture.theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
    )
    page = context.new_page()
    sign_in(page, address, picture.person)
    if picture.tab is not None:
        page.goto(deployment_address(page, address) + picture.tab)
        page.locator("main h1").wait_for()
    if picture.elsewhere:
        page.goto(address + picture.elsewhere)
    if picture.press:
        page.get_by_role("link", name=picture.press).click()
        page.get_by_role("heading", name=picture.press).wait_for()
    if picture.prepare:
        picture.prepare(page)
    path = folder / f"{picture.name}.png"
    page.screenshot(path=path, animations="disabled")
    context.close()
    return path


def sign_in(page: Page, address: str, person: str) -> None:
    page.goto(f"{address}/sign-in/")
    page.get_by_label("Username").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="What needs me").wait_for()


def deployment_address(page: Page, address: str) -> str:
    """The demo's deployment in review, found as a person would find it."""
    page.goto(f"{address}/deployments/")
    row = page.get_by_role("row").filter(has_text=SERVICE).filter(has_text="In review").first
    return address + str(row.get_by_role("link").get_attribute("href"))


def main() -> int:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--into", type=Path, default=HERE, metavar="FOLDER")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these pictures, not all")
    given = parser.parse_args()
    given.into.mkdir(parents=True, exist_ok=True)
    too_large = []
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for picture in PICTURES:
            if given.only and picture.name not in given.only:
                continue
            path = take(browser, given.address.rstrip("/"), picture, given.into)
            size = path.stat().st_size
            print(f"{path.name}: {size // 1000} kB")  # noqa: T201 - a command says what it made
            too_large += [path.name] if size > LARGEST else []
        browser.close()
    if too_large:
        print(f"Larger than {LARGEST // 1000} kB: {', '.join(too_large)}", file=sys.stderr)  # noqa: T201
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
