"""Who is calling: a bearer token in the header, and nothing else."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from api.models import Token
from api.services import token_for


class MachineToken(HttpBearer):
    """Browser sessions do not count here, so the API needs no CSRF token."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        return token_for(token)
