"""Every row of one seeded deployment, and what its history tells of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import models

from approvals.models import Decision, Rule, Standing, Vote
from checklists.enums import ItemState, Phase
from checklists.models import Item, Section
from deployments.canonical import digest
from deployments.content import facts, schedule_hash
from deployments.enums import State
from deployments.models import ContentVersion, Deployment, Event
from gates.enums import GateState
from gates.models import Gate
from intake.seeding.chains import Told, chained
from intake.seeding.copying import Row, plain
from intake.seeding.fates import LENGTH, WATCHED, Fate
from intake.seeding.pattern import Pattern
from intake.seeding.places import Place
from monitoring.models import Watch

Predecessor: type[models.Model] = Item.predecessors.through
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DECIDED = {State.ON_HOLD: "hold", State.NO_GO: "no_go"}
REASON = {"hold": "The network team works on the same evening", "no_go": "The load test is red"}


@dataclass
class Ids:
    """Reserved ids by model, taken one after the other."""

    of: dict[type[models.Model], Any]

    def take(self, model: type[models.Model]) -> int:
        return int(next(self.of[model]))


@dataclass
class Portrait:
    """`rows` by model in the order of writing, `told` what its history will say."""

    fate: Fate
    place: Place
    pattern: Pattern
    ids: Ids
    random: Random
    now: datetime
    rows: dict[type[models.Model], list[Row]] = field(default_factory=lambda: defaultdict(list))
    told: list[Told] = field(default_factory=list)

    def drawn(self, events: int) -> dict[type[models.Model], list[Row]]:
        self.deployment = self._deployment()
        self.deployment.pk = self.ids.take(Deployment)
        self.version = self.ids.take(ContentVersion)
        self._say(self.planned_at, "created", self.place.manager, after={
            "package": self.deployment.package, "state": "draft"})  # fmt: skip
        self._content()
        self._checklist()
        self._gates()
        self._sign_off()
        self._course()
        self._fill(events)
        history = chained(self.deployment.pk, self.told)
        self.rows[Event] = history.rows
        self.deployment.event_count, self.deployment.event_head = len(history.rows), history.head
        kept = {"id": self.deployment.pk, **plain(self.deployment)}
        self.rows[Deployment] = [{**kept, "content_version_id": self.version}]
        return self.rows

    @property
    def planned_at(self) -> datetime:
        """When it was made: ten days before it is due, and never in the future."""
        due = self.fate.t0 or self.now
        return min(due, self.now) - 10 * DAY

    @property
    def latest(self) -> datetime:
        """Until when people have been at it."""
        return min(self.fate.t0 or self.now, self.now)

    def _deployment(self) -> Deployment:
        fate, t0 = self.fate, self.fate.t0
        state, ends = fate.state, fate.completed_at or (fate.started_at or self.latest) + LENGTH
        made = Deployment(
            service=self.place.service, environment=self.place.environment, package=fate.package,
            branch=f"release/{fate.number}", commit=fate.commit, t0=t0,
            window_end=t0 and t0 + 2 * HOUR, zone="Europe/Vienna", state=state,
            requester=self.place.manager, lead=self.place.manager, created_at=self.planned_at,
            submitted_at=self.planned_at + DAY if fate.was_submitted else None,
            started_at=fate.started_at, completed_at=fate.completed_at,
            closed_at=ends + WATCHED if state == State.CLOSED else None,
            ended_at=ends + HOUR if state in {State.STOPPED, State.ROLLED_BACK} else None,
        )  # fmt: skip
        if state == State.ROLLED_BACK:
            made.rollback_at, made.rollback_reason = ends + HOUR / 2, "Errors above the limit"
        if state == State.STOPPED:
            made.stopped_note = "As it was before"
        made.schedule_hash = schedule_hash(made) if t0 else ""
        made.schedule_revision = 1 if t0 else 0
        return made

    def _content(self) -> None:
        content = {**self.pattern.content, "deployment": facts(self.deployment)}
        self.content, self.content_hash = content, digest(content)
        row = plain(ContentVersion(
            deployment=self.deployment, number=1, hash=self.content_hash, content=content,
            author=self.place.manager, created_at=self.planned_at,
        ))  # fmt: skip
        self.rows[ContentVersion].append({"id": self.version, **row})
        self._say(self.planned_at + HOUR / 60, "content changed", self.place.manager,
                  kind="contentversion", pk=self.version, text="version 1",
                  before={"content": ""}, after={"content": self.content_hash, "version": 1},
                  )  # fmt: skip

    def _checklist(self) -> None:
        sections = {}
        for one in self.pattern.sections:
            sections[one.pk] = self._copy(Section, one)
        self.item_ids = {}
        for item in self.pattern.items:
            done_at = self._done_at(item)
            changes: Row = {"section_id": sections[item.section_id]}
            if done_at:
                changes |= {"state": "done", "state_at": done_at, "state_by_id": self._worker.pk}
            pk = self.item_ids[item.pk] = self._copy(Item, item, changes)
            if done_at:
                self._say(done_at, "item done", self._worker, kind="item", pk=pk, text=str(item),
                          before={"state": "open"}, after={"state": "done"})  # fmt: skip
        self.rows[Predecessor] = [
            {"from_item_id": self.item_ids[later], "to_item_id": self.item_ids[earlier]}
            for later, earlier in self.pattern.predecessors
        ]

    @property
    def _worker(self) -> Any:
        return self.place.member

    def _done_at(self, item: Item) -> datetime | None:
        """What comes before is done where it was decided, and mostly where it is in review."""
        fate, start = self.fate, self.fate.started_at
        if item.phase == Phase.BEFORE:
            is_done = fate.was_decided or (fate.was_submitted and self.random.random() < 0.7)
            return self._between(self.planned_at + DAY, self.latest) if is_done else None
        if item.phase == Phase.DURING and start:
            is_done = fate.completed_at is not None or item.position % 2 == 1
            return start + timedelta(minutes=10 * (item.position % 4) + 5) if is_done else None
        if item.phase == Phase.AFTER and fate.state == State.CLOSED and fate.completed_at:
            return fate.completed_at + WATCHED - HOUR
        return None

    def _gates(self) -> None:
        for gate in self.pattern.gates:
            if not self.fate.was_submitted:
                self._copy(Gate, gate)
                continue
            green = self.fate.was_decided or self.random.random() < 0.6
            at = self._between(max(self.planned_at, self.latest - 20 * HOUR), self.latest)
            state = GateState.PASSED if green else GateState.FAILED
            reason = "all 491 tests passed" if green else "3 of 491 tests failed"
            stale = at + gate.freshness if green else None
            pk = self._copy(
                Gate,
                gate,
                {"state": state.value, "state_at": at, "state_reason": reason, "stale_at": stale},
            )
            self._say(at, f"gate {state.value}", None, kind="gate", pk=pk, text=gate.title,
                      before={"state": "pending"}, after={"state": state.value}, reason=reason,
                      )  # fmt: skip

    def _sign_off(self) -> None:
        for rule in self.pattern.rules:
            pk = self._copy(Rule, rule)
            if self.fate.was_submitted and (self.fate.was_decided or self.random.random() < 0.5):
                self._vote(rule, pk, self.place.signers[rule.role.key])

    def _vote(self, rule: Rule, rule_pk: int, person: Any) -> None:
        at, pk = self._between(self.planned_at + 2 * DAY, self.latest), self.ids.take(Vote)
        vote = Vote(
            deployment=self.deployment, rule_id=rule_pk, person=person, person_name=str(person),
            role_title=rule.role.title, choice="approve", statement=rule.statement,
            content_version_id=self.version, content_hash=self.content_hash,
            schedule_hash=self.deployment.schedule_hash, grounds=f"holds {rule.role}", at=at,
            authenticated_by="password", authenticated_at=at,
        )  # fmt: skip
        self.rows[Vote].append({"id": pk, **plain(vote)})
        self.rows[Standing].append({
            "deployment_id": self.deployment.pk, "content_hash": self.content_hash,
            "person_id": person.pk, "vote_id": pk,
        })  # fmt: skip
        self._say(
            at,
            "signed",
            person,
            kind="vote",
            pk=pk,
            text=str(vote),
            after={
                "role": rule.role.key,
                "statement": rule.statement,
                "content": self.content_hash,
            },
        )

    def _course(self) -> None:
        """The moves from one state to the next, with the decision and the watch."""
        fate, now = self.fate, self.planned_at + DAY
        if fate.was_submitted:
            self._move(now, "submitted", "draft", "in_review", self.place.manager)
        if fate.was_decided:
            self._decide()
        if fate.started_at:
            self._move(fate.started_at, "started", "go", "in_progress", self.place.ops_lead)
        if fate.completed_at:
            self._move(
                fate.completed_at, "completed", "in_progress", "watching", self.place.ops_lead
            )
            self._watch(fate.completed_at)
        self._end()

    def _decide(self) -> None:
        verdict = DECIDED.get(self.fate.state, "go")
        at, pk = self.latest - HOUR / 4, self.ids.take(Decision)
        reason = REASON.get(verdict, "All is ready")
        t0 = self.fate.t0 or at
        decision = Decision(
            deployment=self.deployment, verdict=verdict, reason=reason, at=at,
            decided_by=self.place.ops_lead, decided_by_name=str(self.place.ops_lead),
            content_hash=self.content_hash, schedule_hash=self.deployment.schedule_hash,
            latest_start=t0 + HOUR / 2 if verdict == "go" else None, dossier=self._dossier(),
        )  # fmt: skip
        self.rows[Decision].append({"id": pk, **plain(decision)})
        to = {"hold": "on_hold"}.get(verdict, verdict)
        self._move(at, "decided", "in_review", to, self.place.ops_lead, reason)

    def _dossier(self) -> dict[str, Any]:
        named = {**self.pattern.dossier["deployment"], "package": self.fate.package,
                 "commit": self.fate.commit, "service": str(self.place.service),
                 "environment": str(self.place.environment)}  # fmt: skip
        return {**self.pattern.dossier, "deployment": named, "content": self.content,
                "content_hash": self.content_hash,
                "schedule_hash": self.deployment.schedule_hash}  # fmt: skip

    def _watch(self, at: datetime) -> None:
        ends = at + WATCHED
        ended = ends if self.fate.state != State.WATCHING else None
        row = plain(Watch(deployment=self.deployment, opened_at=at, ends_at=ends, ended_at=ended))
        self.rows[Watch].append(row)

    def _end(self) -> None:
        made, lead = self.deployment, self.place.ops_lead
        match self.fate.state:
            case State.CLOSED if made.closed_at:
                self._move(made.closed_at, "closed", "watching", "closed", lead)
            case State.ROLLED_BACK if made.rollback_at and made.ended_at:
                why = made.rollback_reason
                self._move(
                    made.rollback_at, "rollback begun", "watching", "rolling_back", lead, why
                )
                self._move(made.ended_at, "rolled back", "rolling_back", "rolled_back", lead)
            case State.STOPPED if made.ended_at:
                note = made.stopped_note
                self._move(made.ended_at, "stopped", "in_progress", "stopped", lead, note)
            case State.CANCELLED:
                why = "The customer wants it later"
                self._move(self.latest, "cancelled", "in_review", "cancelled", lead, why)

    def _fill(self, events: int) -> None:
        """People tick and take back again until there are as many events as are wanted."""
        checks = [one for one in self.pattern.items if one.phase == Phase.BEFORE]
        wanted = max(0, events - len(self.told))
        for number in range(wanted):
            item, is_tick = checks[number // 2 % len(checks)], number % 2 == 0
            before, after = (ItemState.OPEN, ItemState.DONE)[:: 1 if is_tick else -1]
            self._say(
                self._between(self.planned_at + HOUR, self.latest),
                "item done" if is_tick else "item reopened", self._worker, kind="item",
                pk=self.item_ids[item.pk], text=str(item),
                before={"state": before.value}, after={"state": after.value},
            )  # fmt: skip

    def _between(self, start: datetime, end: datetime) -> datetime:
        span = max(end - start, timedelta(seconds=1))
        return start + timedelta(seconds=int(self.random.random() * span.total_seconds()))

    def _move(  # noqa: PLR0917 - from one state to the next, as a sentence says it
        self, at: datetime, verb: str, before: str, after: str, actor: Any, reason: str = ""
    ) -> None:
        self._say(at, verb, actor, before={"state": before}, after={"state": after}, reason=reason)

    def _say(
        self, at: datetime, verb: str, actor: Any, *, kind: str = "deployment", pk: int = 0,
        text: str = "", **more: Any,
    ) -> None:  # fmt: skip
        pk, text = pk or self.deployment.pk, text or str(self.deployment)
        self.told.append(Told(at, actor, verb, kind, pk, text, **more))

    def _copy(
        self, model: type[models.Model], row: models.Model, changes: Row | None = None
    ) -> int:
        pk = self.ids.take(model)
        own = {"id": pk, "deployment_id": self.deployment.pk, **(changes or {})}
        self.rows[model].append({**self.pattern.plain[row.pk, model], **own})
        return pk
