"""`make test` fails when nothing ran, and when the browser tests could not run."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy_portal.embedded.folders import PROJECT
from tests.browser import OneForTheBrowser
from tests.embedded.conftest import embedded, environment

SUITE = """
import os
import pytest

def test_services():
    assert os.environ["DATABASE_URL"].startswith("postgresql://portal_app@")

@pytest.mark.browser
def test_browser():
    assert os.environ["CHROMIUM"]
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of two tests, one of them for a browser, that needs no Django."""
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\naddopts = -p no:django -p no:cacheprovider\nmarkers = browser: drives one\n"
    )
    (tmp_path / "test_suite.py").write_text(SUITE)
    return tmp_path


def run_tests(suite: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        embedded("test", "--", "-q", "-c", suite / "pytest.ini", suite, *arguments),
        cwd=PROJECT,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_test_at_all_is_a_failure(suite: Path) -> None:
    answer = run_tests(suite, "-k", "nothing_has_this_name", NO_BROWSER="1")
    assert answer.returncode == 5
    assert "No test ran, which counts as a failure.\n" in answer.stderr


def test_without_a_browser_the_rest_runs_and_it_is_a_failure(suite: Path) -> None:
    answer = run_tests(
        suite,
        # Nothing to install with, and nowhere to download from.
        PATH=str(suite),
        CHROMIUM="",
        PORTAL_BROWSERS=str(suite / "browsers"),
        PLAYWRIGHT_DOWNLOAD_HOST="http://127.0.0.1:9",
    )
    assert answer.returncode == 1
    assert "1 passed, 1 deselected" in answer.stdout
    assert answer.stderr.endswith(
        "The browser tests did not run, for no Chromium could be found or installed "
        "(see var/log/browser.log): install one, or set NO_BROWSER=1 to go without.\n"
    )


def test_who_waives_the_browser_gets_the_rest(suite: Path) -> None:
    answer = run_tests(suite, NO_BROWSER="1")
    assert "1 passed, 1 deselected" in answer.stdout
    assert answer.stderr == "The browser tests were left out, as NO_BROWSER=1 asks.\n"
    assert answer.returncode == 0


def test_a_browser_that_starts_is_named_to_the_tests(suite: Path) -> None:
    chromium = suite / "chromium"
    chromium.write_text("#!/bin/sh\necho Chromium 1\n")
    chromium.chmod(0o755)
    answer = run_tests(suite, CHROMIUM=str(chromium), PATH=os.defpath)
    assert "2 passed" in answer.stdout
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize(
    ("fault", "code", "is_asked_again"),
    [
        ("assert not MARK.exists() and MARK.touch()", 1, True),
        ("was = MARK.exists(); MARK.touch(); assert was", 0, True),
        ("MARK.touch(); pytest.exit('broken off', returncode=3)", 3, False),
        ("MARK.touch()", 0, False),
    ],
    ids=["fails twice", "fails once", "breaks off", "holds"],
)
def test_what_failed_is_asked_once_more_where_a_build_wants_it(
    suite: Path, fault: str, code: int, is_asked_again: bool
) -> None:
    (suite / "pytest.ini").write_text(f"[pytest]\naddopts = -p no:django\ncache_dir = {suite}\n")
    (suite / "test_suite.py").write_text(
        f"import pathlib, pytest\nMARK = pathlib.Path({str(suite / 'mark')!r})\n\n"
        f"def test_it():\n    {fault}\n\n"
        "def test_other():\n    MARK.with_name('other').open('a').write('x')\n"
    )
    answer = run_tests(suite, "-n2", NO_BROWSER="1", FAILED_AGAIN="1")
    assert answer.returncode == code
    assert ("Once more, one after the other, only what failed:" in answer.stderr) is is_asked_again
    if is_asked_again:
        assert (suite / "other").read_text() == "x"


def test_what_failed_is_a_failure_where_nobody_asks_for_more(suite: Path) -> None:
    (suite / "test_suite.py").write_text("def test_it():\n    assert False\n")
    answer = run_tests(suite, NO_BROWSER="1", FAILED_AGAIN="")
    assert (answer.returncode, "Once more" in answer.stderr) == (1, False)


def test_every_test_that_drives_a_browser_shares_one_process() -> None:
    scheduler = OneForTheBrowser.__new__(OneForTheBrowser)
    driven = {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "tests").rglob("test_*.py")
        if "mark.browser" in path.read_text(encoding="utf-8").partition("\ndef ")[0]
    }
    assert {"tests/e2e/test_release_day.py", "tests/live/test_browser.py"} <= driven
    assert {scheduler._split_scope(f"{file}::test_it[a@b]") for file in driven} == {"browser"}
    other = "tests/gates/test_views.py::test_it"
    assert scheduler._split_scope(other) == other
