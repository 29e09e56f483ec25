"""A document in the browser: looked over, corrected, made a plan, and brought again changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Portal, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SOURCE = """# Release 8

## Before
- [ ] Back up the database
- [x] Tell <script>document.title = "caught"</script> everybody
- [ ] Watch the log

Nothing else is planned.

## Limits
- Somebody looks at the errors

## Sign-off
- [ ] Captain: the ship is sound
"""


def upload(page: Page, source: str, folder: Path, name: str = "release.md") -> None:
    path = folder / name
    path.write_text(source)
    page.get_by_label("Service").select_option("storage-layer")
    page.get_by_label("Checklist document").set_input_files(path)
    page.get_by_role("button", name="Import", exact=True).click()


def line(page: Page, number: int) -> Locator:
    return page.locator(f"#line-{number}")


def change(page: Page, number: int, **said: str) -> None:
    line(page, number).get_by_role("link", name=f"Change line {number}", exact=True).click()
    form = line(page, number).locator("form")
    for label, value in said.items():
        field = form.get_by_label(label.replace("_", " "), exact=True)
        if label == "Condition":
            field.fill(value)
        else:
            field.select_option(label=value)
    form.get_by_role("button", name="Save", exact=True).click()
    expect(line(page, number).locator(".reason")).to_contain_text("Said by")


def test_document_is_corrected_and_becomes_what_people_said(
    portal: Portal, sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in("release_manager")
    page.goto(f"{portal.url}/import/")
    upload(page, SOURCE, tmp_path)
    expect(page.get_by_role("heading", name="Review “release.md”")).to_be_visible()
    expect(page.locator("#counts-title ~ dl")).to_contain_text("Check item3")

    page.get_by_role("link", name=re.compile(r"Unread and notes \(\d+\)")).click()
    expect(line(page, 8)).to_be_visible()
    expect(line(page, 4)).to_have_count(0)
    page.get_by_role("link", name=re.compile(r"Every line \(\d+\)")).click()

    change(page, 6, It_is="Deployment step")
    change(page, 8, It_is="Leave it out")
    change(page, 4, Section="Release 8 › Limits")
    change(page, 11, It_is="Rollback trigger", Condition="error_rate > 5 %")
    page.get_by_label("“Captain” is").select_option(label="Security")
    page.get_by_role("button", name="Map “Captain”", exact=True).click()
    expect(page.locator("#roles-title")).to_have_count(0)
    page.get_by_role("link", name="Corrected (5)", exact=True).click()
    expect(page.locator(".passage:not(.passage-head)")).to_have_count(5)

    page.get_by_label("The document does not say where it goes:").select_option(label="Production")
    page.get_by_role("button", name="Create deployment", exact=True).click()
    expect(page.locator("#header-panel")).to_contain_text("Draft: not submitted")
    address = page.url
    page.goto(f"{address}runbook/")
    expect(page.locator("#main")).to_contain_text("Watch the log")
    page.goto(f"{address}checklist/")
    expect(page.locator("#main")).to_contain_text('Tell <script>document.title = "caught"</script>')
    assert page.title() != "caught"

    bring_again(page, address, tmp_path)


def bring_again(page: Page, address: str, folder: Path) -> None:
    """The changed document costs the tick of what changed and no other."""
    page.get_by_role("link", name="Confirm what the document says is done").click()
    page.get_by_role("button", name="Confirm these items", exact=True).click()
    page.goto(f"{address}document/")
    page.get_by_role("link", name="Import a changed document", exact=True).click()
    expect(page.locator(".sentence")).to_contain_text("It changes the plan of")
    upload(page, SOURCE.replace("Back up the", "Back up and test the"), folder, "again.md")
    page.get_by_role("link", name="See what changes in", exact=False).click()
    expect(page.locator("#main ins").first).to_be_visible()
    expect(page.locator("#main")).to_contain_text("No signature becomes stale.")
    page.get_by_role("button", name="Change the plan", exact=True).click()
    expect(page.locator("#main")).to_contain_text("The plan is that of “again.md”.")
    page.goto(f"{address}checklist/")
    expect(page.locator("#main")).to_contain_text("Back up and test the database")
    expect(page.locator("#main").get_by_text("Done by Rosa Marin")).to_have_count(1)


def test_long_document_is_read_by_a_worker_and_saved_as_a_template(
    portal: Portal, sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in("release_manager")
    page.goto(f"{portal.url}/import/")
    items = [f"- [ ] Check that instance number {n} answers in its zone" for n in range(4500)]
    upload(page, "# Long\n\n" + "\n".join(items), tmp_path, "long.md")
    expect(page.locator("#counts-title ~ dl")).to_contain_text("Check item4500")
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("Page 1 of")

    save_template(page, portal, "- [ ] Back up\n- [ ] Tell everybody\n", tmp_path)
    expect(page.locator("#main")).to_contain_text("Weekly release")
    page.goto(f"{portal.url}/deployments/new/")
    page.get_by_label("Service").select_option("storage-layer")
    templates = page.get_by_label("From template")
    offered = templates.locator("option", has_text="Weekly release").get_attribute("value")
    templates.select_option(offered)
    page.get_by_label("Package").fill("Week 48")
    page.get_by_role("button", name="Make the draft").click()
    address = page.url
    page.goto(f"{address}checklist/")
    expect(page.locator("#main")).to_contain_text("Tell everybody")

    save_template(page, portal, "- [ ] Back up\n- [ ] Tell the whole team\n", tmp_path)
    expect(page.locator("#main")).to_contain_text("the whole team")
    page.goto(f"{address}document/")
    expect(page.locator("#main")).to_contain_text("Version 2 is newer")


def save_template(page: Page, portal: Portal, items: str, folder: Path) -> None:
    page.goto(f"{portal.url}/import/")
    upload(page, f"# Weekly\n\n{items}", folder, "weekly.md")
    page.get_by_role("link", name="Save as template", exact=True).click()
    page.get_by_label("Name of the template").fill("Weekly release")
    page.get_by_role("button", name="Save the template", exact=True).click()
