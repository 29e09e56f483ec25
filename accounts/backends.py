"""Who may have a session: people."""

from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts import aboard
from accounts.models import User

# Stands for a person in the statement that is the same for all of them.
_SOMEBODY = -1


class PersonBackend(ModelBackend):
    """A machine has a key and no session, even where somebody gave it a password.

    A session that exists all the same is nobody's: it is asked on every request.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and isinstance(user, User) and user.is_person

    def get_user(self, user_id: int) -> User | None:
        """The person of a session, with what every page says besides its own facts."""
        statement, given = _statement()
        asked = [user_id if one == _SOMEBODY else one for one in given]
        found = next(iter(User.objects.raw(statement, asked)), None)
        return found if found is not None and self.user_can_authenticate(found) else None


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """As text, once a process: building it takes twice as long as asking it does, and every request
    asks.
    """
    somebody = User.objects.annotate(**aboard.expressions()).filter(pk=_SOMEBODY)
    return somebody.query.sql_with_params()
