"""What a provider may call somebody: kept, shortened, or a sentence why nobody comes in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import Settings

from accounts.models import User
from deployments.entry import coming
from deployments.entry.provider import Identity
from deployments.exceptions import Refused
from tests.builders import make_person

pytestmark = pytest.mark.django_db
ANN = Identity(
    subject="s-1", email="ann@example.org", email_is_verified=True, name="Ann", username="ann",
    proven_at=None,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _makes_accounts(settings: Settings) -> None:
    settings.OIDC_ISSUER, settings.OIDC_NAME = "https://id.example.org", "Example ID"
    settings.OIDC_CREATES_ACCOUNTS = True


@pytest.mark.parametrize(
    ("name", "username", "called"),
    [
        ("Ann\0 Smith", "an\0n", ("Ann Smith", "an-n")),
        ("Ann \ud800Smith", "\ud800", ("Ann Smith", "person")),
        ("x" * 10_000, "y" * 10_000, ("x" * 100, "y" * 100)),
    ],
)
def test_names_that_no_database_keeps_are_kept_without_what_is_wrong(
    name: str, username: str, called: tuple[str, str]
) -> None:
    coming.person_for(replace(ANN, name=name, username=username))

    made = User.objects.get()
    assert (made.display_name, made.username) == called


@pytest.mark.parametrize(
    ("identity", "sentence"),
    [
        (replace(ANN, subject=""), "named nobody in a way that can be kept"),
        (replace(ANN, subject="s\0"), "named nobody in a way that can be kept"),
        (replace(ANN, subject="s" * 10_000), "named nobody in a way that can be kept"),
        (replace(ANN, email="a\0@example.org"), "named an address that cannot be kept"),
        (replace(ANN, email="\udfff@example.org"), "named an address that cannot be kept"),
        (replace(ANN, email="a" * 250 + "@b.org"), "named an address that cannot be kept"),
    ],
)
def test_subject_or_address_that_no_database_keeps_lets_nobody_in(
    identity: Identity, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        coming.person_for(identity)
    assert not User.objects.exists()
    person = make_person("bob")
    if identity.subject != ANN.subject:
        assert not coming.is_same(person, identity)
        with pytest.raises(Refused, match=sentence):
            coming.link(person, identity)
