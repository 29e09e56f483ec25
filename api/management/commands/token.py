from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from api.models import Token
from api.services import issue, revoke
from deployments import provenance
from deployments.exceptions import Refused
from deployments.models import Service


class Command(BaseCommand):
    help = "Issue a token with which a machine reports results for a service, or revoke one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("service", help="key of the service")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--title", help="which machine uses it, such as “CI of storage layer”")
        what.add_argument("--revoke", metavar="PREFIX", help="end the token that starts like this")
        parser.add_argument("--days", type=int, help="valid for so many days (default: for ever)")

    def handle(self, *args: Any, **options: Any) -> None:
        service = Service.objects.filter(key=options["service"]).first()
        if service is None:
            known = ", ".join(Service.objects.values_list("key", flat=True)) or "none yet"
            raise CommandError(f"There is no service “{options['service']}”; known are: {known}.")
        with provenance.acting("command"):
            if options["revoke"]:
                self._revoke(service, options["revoke"])
            else:
                self._issue(service, options["title"], options["days"])

    def _issue(self, service: Service, title: str, days: int | None) -> None:
        try:
            token, secret = issue(service, title=title, days=days, actor=None)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        until = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "until revoked"
        self.stderr.write(f"Token {token} is valid {until}. Its secret is shown this once:")
        self.stdout.write(secret)

    def _revoke(self, service: Service, prefix: str) -> None:
        found = list(Token.objects.filter(service=service, prefix=prefix, revoked_at=None))
        if len(found) != 1:
            raise CommandError(f"{len(found)} valid tokens of {service} start with “{prefix}”.")
        revoke(found[0], actor=None)
        self.stderr.write(f"Token {found[0]} is revoked.")
