"""The key that signs: made once, replaced, or of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from audit import checkpoints, keys
from audit.models import Checkpoint
from audit.verification import verify
from tests.audit.makers import act
from tests.builders import Team, make_deployment


@pytest.mark.django_db
def test_key_is_made_once_and_readable_by_us_alone(audit_folder: Path) -> None:
    first, again = keys.signing_key(), keys.signing_key()

    assert keys.public_key_of(first) == keys.public_key_of(again)
    file = audit_folder / "audit" / "keys" / "signing.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
def test_checkpoint_holds_after_its_key_was_replaced(team: Team) -> None:
    deployment = make_deployment(team)
    call_command("checkpoint", "--new-key")
    act(deployment, team)
    checkpoints.make()

    assert len(set(Checkpoint.objects.values_list("key", flat=True))) == 2
    assert verify().faults == []


@pytest.mark.django_db
def test_key_of_the_environment_is_used_and_a_wrong_one_is_refused(
    settings: Settings, team: Team
) -> None:
    make_deployment(team)
    settings.AUDIT_SIGNING_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    made = checkpoints.make()
    assert made and made.key in keys.known()
    with pytest.raises(CommandError, match="AUDIT_PUBLIC_KEYS"):
        call_command("checkpoint", "--new-key")

    make_deployment(team)
    settings.AUDIT_SIGNING_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match="32 bytes"):
        checkpoints.make()
