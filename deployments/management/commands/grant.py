"""Gives a person a right or a sign-off role on a service, and makes the service if asked to."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Role, User
from deployments import provenance, services
from deployments.enums import Grant
from deployments.models import Service


class Command(BaseCommand):
    help = "Give a person a right on a service (member, ops_lead, …) or a sign-off role of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("service", help="key of the service, such as storage-layer")
        parser.add_argument("username")
        parser.add_argument("what", nargs="+", help="rights, or roles as role:security")
        parser.add_argument("--title", help="make the service with this title if it is new")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is no account “{options['username']}”.")
        with provenance.acting("command"):
            service = service_called(options["service"], options["title"])
            for what in options["what"]:
                give(service, person, what)
        self.stdout.write(f"{person} has {', '.join(options['what'])} of {service}.")


def service_called(key: str, title: str | None) -> Service:
    found = Service.objects.filter(key=key).first()
    if found is not None:
        return found
    if not title:
        known = ", ".join(Service.objects.values_list("key", flat=True)) or "none yet"
        raise CommandError(f"There is no service “{key}” (known: {known}); --title makes it.")
    return services.create_service(key, title, actor=None)


def give(service: Service, person: User, what: str) -> None:
    if what.startswith("role:"):
        key = what.removeprefix("role:")
        role = Role.objects.get_or_create(
            key=key, defaults={"title": key.replace("_", " ").capitalize()}
        )[0]
        services.grant_role(service, role, person, actor=None)
    elif what in Grant.values:
        services.grant(service, Grant(what), person, actor=None)
    else:
        raise CommandError(f"“{what}” is no right; give {', '.join(Grant.values)} or role:<key>.")
