"""EMAIL_URL: every way to a mail server with a real one behind it, and whom it does not trust."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from ssl import SSLContext
from typing import Any

import pytest
import trustme
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from pytest_django import Settings

from communications import sender
from communications.definitions import PlanLine
from communications.enums import DeliveryState, Kind
from communications.models import Delivery
from deploy_portal.settings.mail import BACKEND, mail_settings
from deployments.enums import Anchor
from tests.builders import Team
from tests.communications.conftest import make_planned
from tests.communications.smtp_witness import Witness, witnessing
from tests.servers import tls_context

DUE = PlanLine(Kind.GO_NO_GO, Anchor.T0, -timedelta(hours=2), "Final go/no-go")
CA = trustme.CA()
NAME, PASSWORD = "portal@example.org", "a+b c:d/e"
WRITTEN = "portal%40example.org:a+b%20c%3Ad%2Fe@"
SERVER = ("", "", False, False)


def certificate(name: str = "127.0.0.1") -> SSLContext:
    leaf = CA.issue_cert(name)
    return tls_context(leaf.cert_chain_pems[0].bytes(), leaf.private_key_pem.bytes())


HERE, ELSEWHERE = certificate(), certificate("elsewhere.example")


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Our authority is one of those that this machine trusts."""
    CA.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@contextmanager
def named(witness: Witness, settings: Settings, url: str) -> Iterator[Witness]:
    """EMAIL_URL names this mail server."""
    for setting, value in mail_settings(url.format(port=witness.port, path=witness.path)).items():
        setattr(settings, setting, value)
    settings.EMAIL_TIMEOUT = 5
    with witnessing(witness):
        yield witness


def states() -> set[str]:
    return set(Delivery.objects.values_list("state", flat=True))


@pytest.mark.parametrize("way", ["plain", "asked for", "from the first byte", "socket"])
@pytest.mark.usefixtures("trusted")
def test_mail_leaves_by_every_way(
    way: str, real_team: Team, settings: Settings, tmp_path: Path
) -> None:
    login = (NAME, PASSWORD)
    ways: dict[str, tuple[dict[str, Any], str]] = {
        "plain": ({}, "smtp://127.0.0.1:{port}"),
        "asked for": (
            {"context": HERE, "is_asked_for": True, "login": login},
            f"smtp+tls://{WRITTEN}127.0.0.1:{{port}}",
        ),
        "from the first byte": (
            {"context": HERE, "login": login}, f"smtps://{WRITTEN}127.0.0.1:{{port}}"
        ),
        "socket": (
            {"path": str(tmp_path / "smtp"), "login": login}, f"smtp+unix://{WRITTEN}{{path}}"
        ),
    }  # fmt: skip
    more, url = ways[way]
    witness = Witness(**more)
    make_planned(real_team, DUE)
    with named(witness, settings, url):
        sender.sweep()
        EmailMessage("An account's mail", "goes the same way", to=["ann@example.net"]).send()
    assert states() == {DeliveryState.SENT}
    assert len(witness.taken) == Delivery.objects.count() + 1
    assert set(witness.logins) == ({NAME} if witness.login else set())


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({}, "smtp+tls://127.0.0.1:{port}"),
        ({"context": ELSEWHERE}, "smtps://127.0.0.1:{port}"),
        ({"context": ELSEWHERE, "is_asked_for": True}, "smtp+tls://127.0.0.1:{port}"),
        (
            {"context": HERE, "is_asked_for": True, "login": (NAME, "another one")},
            f"smtp+tls://{WRITTEN}127.0.0.1:{{port}}",
        ),
        ({}, "smtp+unix:///nowhere/there"),
    ],
    ids=["knows no TLS", "other name", "other name, asked for", "other password", "no socket"],
)
@pytest.mark.usefixtures("trusted")
def test_nothing_is_handed_to_a_server_that_cannot_be_trusted_or_reached(
    more: dict[str, Any], url: str, real_team: Team, settings: Settings
) -> None:
    make_planned(real_team, DUE)
    with named(Witness(**more), settings, url) as witness:
        sender.sweep()
    assert (states(), witness.taken) == ({DeliveryState.RETRY}, [])
    said = set(Delivery.objects.values_list("last_error", flat=True))
    assert all(one.startswith("The mail server cannot be reached: ") for one in said)
    assert not any(PASSWORD in one for one in said)


def test_certificate_of_an_unknown_authority_gets_no_mail(
    real_team: Team, settings: Settings
) -> None:
    make_planned(real_team, DUE)
    with named(Witness(context=HERE), settings, "smtps://127.0.0.1:{port}") as witness:
        sender.sweep()
    assert (states(), witness.taken) == ({DeliveryState.RETRY}, [])


@pytest.mark.parametrize(
    ("url", "host", "port", "more"),
    [
        ("smtp://mail", "mail", 25, SERVER),
        ("smtp://mail:1025/", "mail", 1025, SERVER),
        ("smtp://[::1]:2525", "::1", 2525, SERVER),
        (f"smtp+tls://{WRITTEN}mail", "mail", 587, (NAME, PASSWORD, True, False)),
        (f"smtps://{WRITTEN}mail", "mail", 465, (NAME, PASSWORD, False, True)),
        ("smtp+ssl://mail:4650", "mail", 4650, ("", "", False, True)),
        ("smtp+unix:///run/mail/smtp", "/run/mail/smtp", 25, SERVER),
    ],
)
def test_address_is_read_as_it_is_written(
    url: str, host: str, port: int, more: tuple[str, str, bool, bool]
) -> None:
    name, password, asks, begins = more
    assert mail_settings(url) == {
        "EMAIL_BACKEND": BACKEND, "EMAIL_HOST": host, "EMAIL_PORT": port,
        "EMAIL_HOST_USER": name, "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": asks, "EMAIL_USE_SSL": begins,
    }  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example.org", "memorymail://", "http://mail", "smtp://", "smtp://secret@mail:x",
        "smtp+unix://secret", "smtp+unix://secret/mail", "smtp://mail/secret",
        "smtp://u:secret@mail?ssl=1", "smtp://[mail",
    ],
)  # fmt: skip
def test_what_names_no_mail_server_is_refused_with_what_would(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="write it such as smtp://host:25") as refused:
        mail_settings(url)
    assert "secret" not in str(refused.value)
