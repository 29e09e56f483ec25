"""Every key has a machine of its own, so that history says which one reported."""

from accounts.enums import Kind
from accounts.models import User
from deployments.models import Service


def make_machine(service: Service, title: str) -> User:
    """The lock on the service's chain keeps two from getting the same number."""
    number = service.tokens.count() + service.webhooks.count() + 1
    machine = User(
        username=f"machine:{service.key}:{number}", display_name=title[:100], kind=Kind.MACHINE
    )
    machine.set_unusable_password()
    machine.save()
    return machine
