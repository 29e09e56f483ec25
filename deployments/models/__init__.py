"""What is shipped, and what happened?"""

from deployments.models.deployment import ContentVersion, Deployment
from deployments.models.history import Chain, Clock, Event, Outbox
from deployments.models.service import (
    Environment,
    Membership,
    Service,
    ServiceGroupObjectPermission,
    ServiceUserObjectPermission,
)

__all__ = [
    "Chain",
    "Clock",
    "ContentVersion",
    "Deployment",
    "Environment",
    "Event",
    "Membership",
    "Outbox",
    "Service",
    "ServiceGroupObjectPermission",
    "ServiceUserObjectPermission",
]
