"""Every state of a message, and of each of its copies, in one sentence."""

from communications.enums import DeliveryState, MessageState

STATES: dict[DeliveryState, str] = {
    DeliveryState.SCHEDULED: "Leaves by itself when it is due.",
    DeliveryState.CLAIMED: "A worker is writing it.",
    DeliveryState.DISPATCHING: "A worker is handing it to the mail server or the channel.",
    DeliveryState.SENT: "The mail server or the channel took it.",
    DeliveryState.RETRY: "It was refused for the moment and will be tried again.",
    DeliveryState.FAILED: "It was refused for good, or too often.",
    DeliveryState.UNKNOWN: "It was cut off while it was handed over; a person says what happened.",
    DeliveryState.CANCELLED: "Taken out before it left.",
    DeliveryState.SUPERSEDED: "A newer message says it instead.",
    DeliveryState.MISSED: "It became too late for it to be of use.",
    DeliveryState.BOUNCED: "It was taken, and came back later.",
}
MESSAGES: dict[MessageState, str] = {
    MessageState.PLANNED: "Leaves when its time has come and the deployment is as it has to be.",
    MessageState.LEAVING: "It is written for everybody; each copy has a state of its own.",
    MessageState.SKIPPED: "Somebody left it out, and said why.",
    MessageState.CANCELLED: "Taken out before it left, since nobody needs it any more.",
    MessageState.SUPERSEDED: "It was planned for a time that is no longer so; another one says it.",
    MessageState.MISSED: "It became too late for it to be of use.",
}
