"""Gives a person or a team a right or a sign-off role on a service, made new if asked to."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Role, User
from deployments import provenance
from deployments.access.granting import Holder, give
from deployments.access.holders import teams
from deployments.access.parts import ROLE, Part, part_called
from deployments.access.places import create_service
from deployments.enums import Grant
from deployments.exceptions import Refused
from deployments.models import Service

TEAM = "team:"


class Command(BaseCommand):
    help = "Give a person or a team a right on a service (member, ops_lead, …) or a role of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("service", help="key of the service, such as storage-layer")
        parser.add_argument("to", help="a username, or a team as team:<name>")
        parser.add_argument("what", nargs="+", help="rights, or roles as role:security")
        parser.add_argument("--title", help="make the service with this title if it is new")

    def handle(self, *args: Any, **options: Any) -> None:
        to = holder_called(options["to"])
        with provenance.acting("command"):
            service = service_called(options["service"], options["title"])
            for what in options["what"]:
                part = part_to_give(what)
                try:
                    give(service, part, to, actor=None)
                except Refused as refused:
                    raise CommandError(refused.sentence) from refused
        self.stdout.write(f"{to} has {', '.join(options['what'])} of {service}.")


def holder_called(name: str) -> Holder:
    if name.startswith(TEAM):
        team: Group | None = teams().filter(name=name.removeprefix(TEAM)).first()
        if team is None:
            known = ", ".join(teams().values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no team “{name.removeprefix(TEAM)}” (known: {known}).")
        return team
    person = User.objects.filter(username=name).first()
    if person is None:
        raise CommandError(f"There is no account “{name}”.")
    return person


def service_called(key: str, title: str | None) -> Service:
    found = Service.objects.filter(key=key).first()
    if found is not None:
        return found
    if not title:
        known = ", ".join(Service.objects.values_list("key", flat=True)) or "none yet"
        raise CommandError(f"There is no service “{key}” (known: {known}); --title makes it.")
    return create_service(key, title, actor=None)


def part_to_give(what: str) -> Part:
    found = part_called(what)
    if found is None and what.startswith(ROLE):
        key = what.removeprefix(ROLE)
        return Role.objects.create(key=key, title=key.replace("_", " ").capitalize())
    if found is None:
        raise CommandError(f"“{what}” is no right; give {', '.join(Grant.values)} or role:<key>.")
    return found
