"""Who may have a session: people."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from accounts import aboard
from accounts.models import User
from statements import built_once


class PersonBackend(ModelBackend):
    """A machine has a key and no session, even where somebody gave it a password.

    A session that exists all the same is nobody's: it is asked on every request.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and isinstance(user, User) and user.is_person

    def get_user(self, user_id: int) -> User | None:
        """The person of a session, with what every page says besides its own facts."""
        found = next(iter(_person(user_id)), None)
        return found if found is not None and self.user_can_authenticate(found) else None


@built_once
def _person(pk: int) -> QuerySet[User]:
    return User.objects.annotate(**aboard.expressions()).filter(pk=pk)
