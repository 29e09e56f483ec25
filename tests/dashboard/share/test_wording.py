from __future__ import annotations

import pytest

from communications.enums import ASKS_TO_SIGN, IN_A_PLAN, Kind
from dashboard.share import wording
from deployments.enums import FINAL, State
from monitoring.enums import Result


@pytest.mark.parametrize("state", State)
def test_every_state_has_one_plain_sentence(state: State) -> None:
    said = wording.stands(state, is_ready=False, is_shaken=False)
    assert said.startswith("It ")
    assert said.endswith(".")
    assert said.count(".") == 1
    assert wording.to_do(state).endswith(".")


def test_ready_and_shaken_are_said_where_they_mean_something() -> None:
    def said(state: State) -> str:
        return wording.stands(state, is_ready=True, is_shaken=True)

    assert said(State.IN_REVIEW) == wording.READY
    assert said(State.GO) == wording.SHAKEN
    assert said(State.ON_HOLD) == wording.STANDS[State.ON_HOLD]


def test_closed_one_says_to_what_it_came_and_never_that_all_is_well_where_it_is_not() -> None:
    said = {
        result: wording.stands(State.CLOSED, is_ready=False, is_shaken=False, result=result)
        for result in Result
    }
    assert said[Result.SUCCEEDED] == wording.STANDS[State.CLOSED]
    assert len(set(said.values())) == len(Result)
    assert [one for one in said.values() if "all is well" in one] == [said[Result.SUCCEEDED]]


def test_what_single_people_are_told_is_not_told_to_guests() -> None:
    assert set(Kind) - set(wording.TOLD) == {
        Kind.MENTION, Kind.REMINDER, Kind.BREAK_GLASS, Kind.OUT_OF_REACH, Kind.GATE_REPORT,
        Kind.STEP_FAILED, Kind.OVERRUN, Kind.ALERT, Kind.ROLLBACK_ASKED,
        Kind.UNWRITTEN, *ASKS_TO_SIGN,
    }  # fmt: skip
    assert set(IN_A_PLAN) < set(wording.COMING) < set(wording.TOLD)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nothing_follows_when_it_is_over(state: State) -> None:
    said = wording.follows(state, None, is_open=False, is_due=False)
    assert said == "No further message is planned."
