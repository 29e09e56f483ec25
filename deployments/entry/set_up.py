"""The first account of an empty installation, for whoever runs the portal and nobody else."""

from __future__ import annotations

import base64
import logging

from django.db import transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from deployments import history
from deployments.access.changing import PORTAL
from deployments.entry.forms import SetUpForm
from deployments.exceptions import Forbidden, Overtaken

LETTERS = 20
logger = logging.getLogger(__name__)


def is_empty() -> bool:
    """Nobody is there yet, not even a machine."""
    return not User.objects.exists()


def word() -> str:
    """The same in every process, kept nowhere, and another one for each database.

    Made of SECRET_KEY and of when this database was migrated first, to the microsecond.
    """
    first = MigrationRecorder.Migration.objects.order_by("id").values_list("applied", flat=True)[0]
    made = salted_hmac("deployments.entry.set_up", first.isoformat(), algorithm="sha256").digest()
    letters = base64.b32encode(made).decode().lower()[:LETTERS]
    return "-".join(letters[at : at + 5] for at in range(0, LETTERS, 5))


def say_word() -> None:
    """Into the log, which whoever runs the portal reads; until somebody is there."""
    logger.warning("Nobody has an account yet. The set-up word of this portal: %s", word())


@transaction.atomic
def make_first(form: SetUpForm) -> User:
    """The first administrator. Of two who come at once, the second finds somebody there."""
    chain = history.chain(PORTAL)
    if not is_empty():
        raise Overtaken("Somebody has an account here already; sign in, or ask them.")
    said = form.cleaned_data
    if not constant_time_compare(said["word"].strip().lower(), word()):
        raise Forbidden("That is not the set-up word; it stands in the log of the portal.")
    person = User(
        username=User.normalize_username(said["username"]),
        display_name=said["display_name"],
        email=said["email"],
        zone=said["zone"],
        is_superuser=True,
        is_staff=True,
    )
    person.set_password(said["new_password1"])
    person.save()
    after = {"username": person.username, "is_superuser": True}
    history.record(chain, "first administrator made", actor=person, obj=person, after=after)
    return person
