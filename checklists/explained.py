"""Every state of an item in one sentence."""

from checklists.enums import ItemState

STATES: dict[ItemState, str] = {
    ItemState.OPEN: "Nobody has ticked it.",
    ItemState.IN_PROGRESS: "Somebody has begun it.",
    ItemState.DONE: "Ticked, with the evidence that it asks for.",
    ItemState.FAILED: "It was tried and did not work; somebody decides how to go on.",
    ItemState.SKIPPED: "Left out on purpose, with a reason.",
    ItemState.NOT_APPLICABLE: "Does not concern this deployment, with a reason.",
}
