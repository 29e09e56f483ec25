"""Who may give machines a key to a service, or to the portal?"""

from accounts.models import User
from api.exceptions import Gone
from api.models import Webhook
from deployments.access.policies import refusal_to_administer
from deployments.enums import Right
from deployments.exceptions import Refused
from deployments.models import Service
from deployments.policies import Rights, refusal_without, rights_of

ACT_ON_BOUNCES = "see and manage mail that comes back"


def refusal_to_manage(rights: Rights) -> Refused | None:
    return refusal_without(rights, Right.EDIT, "issue and revoke tokens")


def refusal_to_manage_webhooks(actor: User, service: Service | None) -> Refused | None:
    """A service's are its release managers' business, the portal's own the administrators'."""
    if service is None:
        return refusal_to_administer(actor, ACT_ON_BOUNCES)
    return refusal_to_manage(rights_of(actor, service))


def refusal_to_rotate(actor: User, webhook: Webhook) -> Refused | None:
    if webhook.revoked_at:
        return Gone(f"“{webhook}” is revoked; issue a new webhook instead.")
    return refusal_to_manage_webhooks(actor, webhook.service)
