"""The mail catcher keeps every mail, and its pages show them without running them."""

import asyncio
import shutil
import smtplib
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from deploy_portal.embedded.folders import PROJECT
from deploy_portal.embedded.mailbox import Catcher
from tests.waiting import until

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """The SMTP port and the reader's address of a running catcher."""
    with (
        socket.create_server(("127.0.0.1", 0)) as smtp,
        socket.create_server(("127.0.0.1", 0)) as reader,
    ):
        descriptors = (smtp.fileno(), reader.fileno())
        folder = tmp_path_factory.mktemp("mail")
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "deploy_portal.embedded.mailbox"),
                *(str(folder), *map(str, descriptors)),
            ],
            cwd=PROJECT,
            pass_fds=descriptors,
        )
        yield smtp.getsockname()[1], f"http://127.0.0.1:{reader.getsockname()[1]}"
        process.terminate()
        process.wait(30)


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        subject,
        "portal@localhost",
        "a@example.org",
    )
    message.set_content(f"Go at 14:00 – ünïcode {SCRIPT}")
    message.add_alternative(f"<p>Go</p>{SCRIPT}", subtype="html")
    message.add_attachment(
        "BEGIN:VCALENDAR\nEND:VCALENDAR\n", subtype="calendar", filename="t0.ics"
    )
    return message


def send(port: int, subject: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as session:
        session.send_message(mail(subject), to_addrs=["a@example.org", "hidden@example.org"])


def read(address: str, host: str | None = None) -> tuple[str, str]:
    """The page and the policy it came with."""
    request = urllib.request.Request(address)
    if host:
        request.add_header("Host", host)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode(), answer.headers["Content-Security-Policy"]


def link_to(page: str, subject: str) -> str:
    return page.split(f"{subject}</a>", maxsplit=1)[0].rpartition('href="')[2].rstrip('">')


def test_a_mail_is_listed_and_shown_whole(addresses: tuple[int, str]) -> None:
    port, address = addresses
    send(port, "Go & <b>now</b>")
    page, _policy = read(address)
    assert "Go &amp; &lt;b&gt;now&lt;/b&gt;</a>" in page
    assert "a@example.org, hidden@example.org" in page
    shown, policy = read(address + link_to(page, "Go &amp; &lt;b&gt;now&lt;/b&gt;"))
    assert "Go at 14:00 – ünïcode &lt;script&gt;" in shown
    assert "BEGIN:VCALENDAR" in shown
    assert SCRIPT not in shown
    assert "<iframe sandbox " in shown
    assert policy.startswith("default-src 'none'")


def test_the_html_part_comes_with_a_policy_that_runs_nothing(addresses: tuple[int, str]) -> None:
    port, address = addresses
    send(port, "Second")
    html, policy = read(address + link_to(read(address)[0], "Second") + "/html")
    assert html.rstrip() == f"<p>Go</p>{SCRIPT}"
    assert policy.startswith("sandbox; default-src 'none';")


def test_newest_mail_comes_first(addresses: tuple[int, str]) -> None:
    port, address = addresses
    for subject in ("earlier", "later"):
        send(port, subject)
    page, _policy = read(address)
    assert page.index("later</a>") < page.index("earlier</a>")


@pytest.mark.parametrize("path", ["/mail/none", "/mail/../secret_key", "/mail/%2e%2e/html", "/x"])
def test_what_is_not_a_mail_is_not_found(addresses: tuple[int, str], path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(addresses[1] + path)
    assert caught.value.code == 404
    caught.value.close()


def test_a_page_of_another_name_may_not_read_mails(addresses: tuple[int, str]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(addresses[1], host="rebound.example:8025")
    assert caught.value.code == 421
    caught.value.close()


def test_what_was_sent_before_reading_began_is_there(addresses: tuple[int, str]) -> None:
    port, address = addresses
    send(port, "Third")
    until(lambda: "Third</a>" in read(address)[0])


def test_a_mail_that_cannot_be_stored_is_put_off_not_refused(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path)
    shutil.rmtree(tmp_path / "tmp")
    envelope = Envelope()
    envelope.content = b"Subject: none\r\n\r\n"
    # In a thread of its own: a browser test of this process may have left a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        taken = catcher.handle_DATA(None, None, envelope)  # type: ignore[arg-type]
        answer = thread.submit(asyncio.run, taken).result()
    assert answer == "451 Cannot be stored now: No such file or directory"
