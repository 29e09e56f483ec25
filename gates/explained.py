"""Every state of a gate in one sentence."""

from gates.enums import GateState

STATES: dict[GateState, str] = {
    GateState.PENDING: "Nothing has been measured yet.",
    GateState.SETTLING: "Waits a while before the first measurement, as its settings ask.",
    GateState.SAMPLING: "Measures again and again until it has seen enough.",
    GateState.PASSED: "Enough good answers in a row, and the last is still fresh.",
    GateState.WARNED: "Passed, but the value is close to its limit.",
    GateState.FAILED: "Too many bad answers; it has to be mended and run again, or waived.",
    GateState.INCONCLUSIVE: "The time was over before enough had been seen; this is not a pass.",
    GateState.ERRORED: "What it asks could not be reached or read; this is not a pass.",
    GateState.STALE: "It passed once, but too long ago or under other settings.",
}
