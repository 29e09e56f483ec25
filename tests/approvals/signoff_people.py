"""The people of the sign-off machine, who sign, answer and decide."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from approvals import services
from approvals.enums import Choice, Verdict
from approvals.models import Decision
from approvals.rollcall import roll_call
from approvals.verdict import readiness
from deployments import clock
from tests.approvals.plain_facts import BREAKER, OPS_LEAD, REQUESTER, RULES
from tests.approvals.signoff_plan import ABSENT, ANYBODY, ROLES, STAND_INS, Planned
from tests.builders import make_proof

FLAWS = st.sampled_from(["requester", "old", "page", "why"])


class People(Planned):
    """All that people say to one deployment, and what the portal does by itself when it is due."""

    # Signatures.

    @rule()
    def submit(self) -> None:
        self.act(self.plain.submit(clock.now()), services.submit, self.pk,
                 actor=self.team.release_manager)  # fmt: skip

    @rule(person=ANYBODY, role=ROLES, choice=st.sampled_from(Choice))
    def sign(self, person: str, role: str, choice: Choice) -> None:
        verbs = self.plain.sign(person, role, choice, clock.now())
        self.act(verbs, services.sign, self.pk, self.asked[role].pk, choice, proof=make_proof(),
                 actor=self.team.people[person], shown=self.shown(), reason="so")  # fmt: skip

    @rule(person=STAND_INS, absent=ABSENT, role=ROLES, choice=st.sampled_from(Choice))
    def sign_for(self, person: str, absent: str, role: str, choice: Choice) -> None:
        """One who stands in says it for the absent, and counts once for both."""
        person = self.plain.away.get(absent, (person,))[0]
        verbs = self.plain.sign(person, role, choice, clock.now(), absent)
        self.act(verbs, services.sign, self.pk, self.asked[role].pk, choice, proof=make_proof(),
                 actor=self.team.people[person], on_behalf_of=self.team.people[absent],
                 shown=self.shown(), reason="so")  # fmt: skip

    @rule(person=ANYBODY, role=ROLES, proof=st.sampled_from(["none", "old", "other page"]))
    def sign_without_standing_for_it(self, person: str, role: str, proof: str) -> None:
        given = {"none": None, "old": make_proof(6), "other page": make_proof()}[proof]
        self.act(None, services.sign, self.pk, self.asked[role].pk, Choice.APPROVE, proof=given,
                 actor=self.team.people[person],
                 shown=self.shown(is_old=proof == "other page"))  # fmt: skip

    @rule()
    def everybody_signs(self) -> None:
        """Only so do long runs reach a GO often enough; each act is judged like any other."""
        if not self.plain.is_ticked:
            self.tick()
        for role in sorted(RULES, key=lambda one: RULES[one].group):
            for person in sorted(self.plain.roles[role]):
                self.sign(person, role, Choice.APPROVE)

    # The poll.

    @rule(person=ANYBODY | STAND_INS, role=ROLES, word=st.sampled_from(Verdict),
          is_voice=st.booleans())  # fmt: skip
    def answer(self, person: str, role: str, word: Verdict, *, is_voice: bool) -> None:
        is_taken = self.plain.answer(person, role, word, clock.now(), is_voice=is_voice)
        said = {"role_id": self.asked[role].role_id, "word": word, "remark": "so"}
        who = self.team.people[person]
        if is_voice:
            self.act(["answered by voice"] if is_taken else None, services.write_down, self.pk,
                     person=who, actor=self.team.ops_lead, **said)  # fmt: skip
        else:
            self.act(["answered"] if is_taken else None, services.answer, self.pk, actor=who,
                     **said)  # fmt: skip

    @rule()
    def everybody_says_go(self) -> None:
        for role in RULES:
            for person in sorted(self.plain.roles[role]):
                self.answer(person, role, Verdict.GO, is_voice=False)

    @rule()
    def open_again(self) -> None:
        self.act(self.plain.open_again(clock.now()), services.open_again, self.pk,
                 actor=self.team.ops_lead)  # fmt: skip

    @rule()
    def tend(self) -> None:
        self.act(self.plain.tend(clock.now()), services.tend, self.pk)

    # Decisions.

    @rule(verdict=st.sampled_from(Verdict))
    def decide(self, verdict: Verdict) -> None:
        before = self.obstacles()
        verbs = self.plain.decide(verdict, clock.now())
        taken = self.act(verbs, services.decide, self.pk, verdict, actor=self.team.ops_lead,
                         proof=make_proof(), reason="so", shown=self.shown())  # fmt: skip
        if taken and verdict == Verdict.GO:
            assert before == set()
        self.prove(taken)

    @rule(verdict=st.sampled_from(Verdict), how=FLAWS)
    def decide_without_standing_for_it(self, verdict: Verdict, how: str) -> None:
        who = REQUESTER if how == "requester" else OPS_LEAD
        self.act(None, services.decide, self.pk, verdict, actor=self.team.people[who],
                 proof=make_proof(6 if how == "old" else 0),
                 reason=" " if how == "why" else "so",
                 shown=self.shown(is_old=how == "page"))  # fmt: skip

    @rule()
    def go_together(self) -> None:
        """The straight way, as far as the model lets it go."""
        self.everybody_signs()
        self.tend()
        self.everybody_says_go()
        self.decide(Verdict.GO)

    @rule()
    def break_glass(self) -> None:
        before = self.obstacles()
        taken = self.act(
            self.plain.break_glass(clock.now()), services.break_glass, self.pk,
            actor=self.team.people[BREAKER], second_person=self.team.ops_lead,
            proof=make_proof(), reason="so", shown=self.shown(),
        )  # fmt: skip
        if taken:
            assert set(taken.overridden) == before
        self.prove(taken)

    @rule()
    def hold_undecided(self) -> None:
        verbs = self.plain.hold_undecided(clock.now())
        self.prove(self.act(verbs, services.hold_undecided, self.pk))

    @rule()
    def hold_missed_start(self) -> None:
        verbs = self.plain.hold_missed_start(clock.now())
        self.prove(self.act(verbs, services.hold_missed_start, self.pk))

    @rule()
    def recall(self) -> None:
        self.act(self.plain.recall(clock.now()), services.recall_if_broken, self.pk)

    @rule()
    def resume(self) -> None:
        self.act(self.plain.resume(clock.now()), services.resume, self.pk,
                 actor=self.team.release_manager)  # fmt: skip

    @rule()
    def reopen(self) -> None:
        self.act(self.plain.reopen(), services.reopen, self.pk, reason="so",
                 actor=self.team.release_manager)  # fmt: skip

    @rule()
    def start(self) -> None:
        self.act(self.plain.start(clock.now()), services.start, self.pk, actor=self.team.ops_lead)

    def obstacles(self) -> set[str]:
        found = {one.key for one in readiness(self.deployment).blockers}
        lacking = roll_call(self.deployment, clock.now()).lacking
        return found | ({"poll"} if lacking else set())

    def prove(self, taken: Decision | None) -> None:
        """A decision freezes the hashes of its instant and names the one before it."""
        if taken is None:
            return
        hashes = (self.deployment.content_hash, self.deployment.schedule_hash)
        dossier = taken.dossier
        assert (taken.content_hash, taken.schedule_hash) == hashes
        assert (dossier["content_hash"], dossier["schedule_hash"]) == hashes
        assert dossier["t0"] == self.plain.t0.isoformat()
        self.proven.append(hashes)
