"""Every word that a watch ends with, in one sentence."""

from monitoring.enums import Answer, Result, Verdict

VERDICTS: dict[Verdict, str] = {
    Verdict.MET: "It is as the plan wants it.",
    Verdict.PARTLY: "Some of it is as the plan wants it; only people say so.",
    Verdict.NOT_MET: "It is not as the plan wants it.",
    Verdict.UNKNOWN: "It was looked at and cannot be said; the reason stands beside it.",
}
ANSWERS: dict[Answer, str] = {
    Answer.ASKED: "Whoever decides on it is asked whether to roll back.",
    Answer.UNANSWERED: "The time to answer is over; it still waits for one.",
    Answer.ROLLED_BACK: "The way back was begun, by a person or by itself.",
    Answer.STAYED: "Somebody said that it stays, and why.",
    Answer.WITHDRAWN: "All that asked was calm again before anybody answered.",
}
RESULTS: dict[Result, str] = {
    Result.SUCCEEDED: "Whoever closed it says that it came to what was wanted.",
    Result.PARTLY: "Whoever closed it says that some of it did.",
    Result.FAILED: "Whoever closed it says that it did not; numbers count it as a failure.",
}
