from __future__ import annotations

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from api.models import Token
from api.services import issue
from deployments.exceptions import Invalid
from deployments.models import Event


def command(*words: str, **options: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("token", *words, stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue().strip()


def test_command_prints_the_secret_once_and_keeps_only_its_hash(team):
    secret, said = command("storage-layer", "--title", "CI", "--days", "90")
    token = Token.objects.get()
    assert token.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.startswith(token.prefix)
    assert secret not in said
    assert (token.expires_at - token.created_at).days == 90
    assert secret not in str(Event.objects.order_by("-pk").values_list("after", "object_text")[:3])


def test_every_token_has_a_machine_of_its_own(team):
    for _ in range(2):
        issue(team.service, title="CI", actor=None)
    machines = User.objects.filter(kind="machine").order_by("username")
    assert [one.username for one in machines] == [
        "machine:storage-layer:1", "machine:storage-layer:2"
    ]  # fmt: skip
    assert not any(one.has_usable_password() or one.groups.exists() for one in machines)


def test_issuing_and_revoking_are_history_of_the_service(team):
    command("storage-layer", "--title", "CI")
    token = Token.objects.get()
    command("storage-layer", "--revoke", token.prefix)
    token.refresh_from_db()
    verbs = Event.objects.filter(chain="service:storage-layer").order_by("sequence")
    assert list(verbs.values_list("verb", flat=True))[-2:] == ["token issued", "token revoked"]
    assert token.revoked_at is not None


def test_unknown_service_is_refused_with_the_known_ones(team):
    with pytest.raises(CommandError) as caught:
        command("other", "--title", "CI")
    assert str(caught.value) == "There is no service “other”; known are: storage-layer."


def test_unknown_prefix_is_refused(team):
    with pytest.raises(CommandError, match="0 valid tokens of Storage layer start with “dpt_x”"):
        command("storage-layer", "--revoke", "dpt_x")


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_validity_out_of_range_is_refused(team, days):
    with pytest.raises(Invalid):
        issue(team.service, title="CI", days=days, actor=None)


def test_token_without_a_title_is_refused(team):
    with pytest.raises(Invalid):
        issue(team.service, title="  ", actor=None)
