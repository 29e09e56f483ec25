"""What is shipped, and what happened?"""

from deployments.models.calendar_feed import CalendarFeed
from deployments.models.comment import LONGEST_COMMENT, Comment
from deployments.models.deployment import ContentVersion, Deployment
from deployments.models.freeze import LONGEST_FREEZE_REASON, Exemption, Freeze
from deployments.models.history import Chain, Clock, Event, Outbox
from deployments.models.letter import AccountLetter, LetterKind
from deployments.models.operating import PortalHold, Tick
from deployments.models.saved_filter import SavedFilter
from deployments.models.service import (
    Environment,
    Granted,
    Membership,
    Service,
    ServiceGroupObjectPermission,
    ServiceUserObjectPermission,
)
from deployments.models.share_link import ShareLink
from deployments.models.stand_in import LONGEST_ABSENCE_REASON, StandIn

__all__ = [
    "LONGEST_ABSENCE_REASON",
    "LONGEST_COMMENT",
    "LONGEST_FREEZE_REASON",
    "AccountLetter",
    "CalendarFeed",
    "Chain",
    "Clock",
    "Comment",
    "ContentVersion",
    "Deployment",
    "Environment",
    "Event",
    "Exemption",
    "Freeze",
    "Granted",
    "LetterKind",
    "Membership",
    "Outbox",
    "PortalHold",
    "SavedFilter",
    "Service",
    "ServiceGroupObjectPermission",
    "ServiceUserObjectPermission",
    "ShareLink",
    "StandIn",
    "Tick",
]
