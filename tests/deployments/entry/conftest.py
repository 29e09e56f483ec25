from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.models import User
from tests.builders import make_administrator
from tests.oidc import Issuer, issuing


@pytest.fixture
def admin(db: None) -> User:
    return make_administrator()


@pytest.fixture(scope="session")
def running_issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def issuer(running_issuer: Issuer, settings: Settings) -> Issuer:
    """A real provider on loopback, which the settings name as those of an installation do."""
    settings.OIDC_ISSUER = running_issuer.url
    settings.OIDC_CLIENT_ID = "deploy-portal"
    settings.OIDC_CLIENT_SECRET = "a secret of the portal"
    settings.OIDC_NAME = "Example ID"
    settings.OIDC_NETWORKS = ["127.0.0.0/8", "::1/128"]
    return running_issuer
