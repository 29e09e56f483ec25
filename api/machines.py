"""Every key has a machine of its own, so that history says which one reported."""

from accounts.enums import Kind
from accounts.models import User
from api.models import Webhook
from deployments.models import Service


def make_machine(service: Service, title: str) -> User:
    """The lock on the service's chain keeps two from getting the same number."""
    number = service.tokens.count() + service.webhooks.count() + 1
    return _saved(f"machine:{service.key}:{number}", title)


def make_portal_machine(title: str) -> User:
    """For a key of no service, whose lock is that on the portal's chain; no service is so named."""
    number = Webhook.objects.filter(service=None).count() + 1
    return _saved(f"machine:@portal:{number}", title)


def _saved(username: str, title: str) -> User:
    machine = User(username=username, display_name=title[:100], kind=Kind.MACHINE)
    machine.set_unusable_password()
    machine.save()
    return machine
