"""Who is told, when?"""

from communications.models.bouncing_addresses import BouncingAddress
from communications.models.channels import Channel
from communications.models.deliveries import Delivery, DeliveryQuerySet
from communications.models.holds import MessageHold
from communications.models.lines import MessagePlan
from communications.models.messages import Message, MessageQuerySet
from communications.models.stakeholders import OptOut, Stakeholder
from communications.models.trials import Trial

__all__ = [
    "BouncingAddress",
    "Channel",
    "Delivery",
    "DeliveryQuerySet",
    "Message",
    "MessageHold",
    "MessagePlan",
    "MessageQuerySet",
    "OptOut",
    "Stakeholder",
    "Trial",
]
