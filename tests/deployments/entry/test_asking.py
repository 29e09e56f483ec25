"""What the portal asks for the provider: the issuer's host as allowed, others in public."""

from __future__ import annotations

import pytest
import requests
from pytest_django import Settings

from deployments.entry.asking import Session
from tests.oidc import Issuer


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1:1/keys", "Port 1 needs a connection"),
        ("http://id.example.org/keys", "would be asked without https"),
        ("https://10.0.0.7/keys", "may not be asked"),
        ("https://169.254.169.254/latest/meta-data/", "may not be asked"),
        ("file:///etc/passwd", "No connection adapters"),
    ],
)
def test_no_other_host_that_a_description_names_is_a_way_inside(
    issuer: Issuer, url: str, sentence: str
) -> None:
    with Session() as session, pytest.raises(requests.RequestException, match=sentence):
        session.get(url, headers={"Authorization": "Bearer secret"})


def test_nothing_of_the_environment_is_used(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """A proxy there would be asked for everything, the secret of the portal with it."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    with Session() as session:
        answer = session.get(f"{issuer.url}/.well-known/openid-configuration")

    assert answer.json()["issuer"] == issuer.url


def test_a_redirect_leads_nowhere(issuer: Issuer) -> None:
    """The provider's own form answers with one, as a stranger's address would."""
    there = (
        f"{issuer.url}/oauth2/authorize?client_id=x&response_type=code&scope=openid"
        "&redirect_uri=http://127.0.0.1:1/"
    )
    issuer.knows("somebody")
    with Session() as session, pytest.raises(requests.ConnectionError, match="not followed"):
        session.post(there, data={"sub": "somebody"})
