"""Do we go?"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from accounts.models import Role, User
from approvals.enums import LONGEST_HOLD, NEEDS_REASON, Choice, Closed, Stage, Verdict
from deployments.models import ContentVersion, Deployment
from gates.models import Gate


class PresentRules(models.Manager["Rule"]):
    """All but those that were taken out of the plan."""

    def get_queryset(self) -> models.QuerySet[Rule]:
        return super().get_queryset().filter(removed_at__isnull=True)


class Rule(models.Model):
    """Under which role how many people sign, and what they take responsibility for.

    One that is taken out of the plan keeps its row for the votes under it.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="rules")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=80)
    position = models.PositiveIntegerField()
    statement = models.TextField()
    count = models.PositiveSmallIntegerField(default=1)
    order_group = models.PositiveSmallIntegerField(default=1)
    time_sensitive = models.BooleanField(
        null=True, help_text="Signed again when the time moves; empty: as the role says."
    )
    asked_until = models.DurationField(
        null=True, help_text="How long before T0 the signature is due; empty: when the poll opens."
    )
    holds_for = models.DurationField(
        default=LONGEST_HOLD, help_text="How long after it was given a signature allows a start."
    )
    line = models.PositiveIntegerField(null=True, blank=True)

    removed_at = models.DateTimeField(null=True, editable=False)

    objects = PresentRules()
    every = models.Manager["Rule"]()

    # Read with it where it is asked how it stands (signoff.py).
    asked_at: datetime | None

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "key"], name="rule_key_once"),
            models.CheckConstraint(condition=Q(count__gte=1), name="rule_needs_somebody"),
            models.CheckConstraint(
                condition=Q(holds_for__gt=timedelta(0), holds_for__lte=LONGEST_HOLD),
                name="signature_holds_at_most_14_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.statement}"

    @property
    def is_time_sensitive(self) -> bool:
        own = self.time_sensitive
        return self.role.time_sensitive if own is None else own


class PolledRole(models.Model):
    """A role whose go the document asks for at the final authorization."""

    deployment = models.ForeignKey(
        Deployment, on_delete=models.CASCADE, related_name="polled_roles"
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    purpose = models.TextField(blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["deployment", "role"], name="role_polled_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.purpose}"


class Vote(models.Model):
    """What somebody said under a rule, with all that proves it; only ever added."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="votes")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="votes")
    person_name = models.CharField(max_length=150)
    on_behalf_of = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="votes_by_stand_ins"
    )
    on_behalf_of_name = models.CharField(max_length=150, blank=True)
    role_title = models.CharField(max_length=100)
    choice = models.CharField(max_length=20, choices=Choice)
    statement = models.TextField()
    reason = models.TextField(blank=True)
    content_version = models.ForeignKey(ContentVersion, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    schedule_hash = models.CharField(max_length=64)
    grounds = models.CharField(max_length=600)
    at = models.DateTimeField()
    authenticated_by = models.CharField(max_length=30)
    authenticated_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True)

    # Read with it where it is asked whether it counts (signoff.py).
    stands: bool
    last_editor: int | None

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="vote_is_known"),
            models.CheckConstraint(condition=~Q(content_hash=""), name="vote_names_its_content"),
            models.CheckConstraint(
                condition=~Q(choice__in=sorted(NEEDS_REASON)) | ~Q(reason=""),
                name="objection_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of__isnull=True, on_behalf_of_name="")
                | Q(on_behalf_of__isnull=False)
                & ~Q(on_behalf_of_name="")
                & ~Q(on_behalf_of=F("person")),
                name="vote_names_for_whom_it_is",
            ),
        ]

    def __str__(self) -> str:
        said = f"{self.get_choice_display()} as {self.role_title}"
        return f"{said} for {self.on_behalf_of_name}" if self.on_behalf_of_id else said

    @property
    def voice(self) -> str:
        """Whose word it is, as every page and record names it."""
        if self.on_behalf_of_id:
            return f"{self.person_name} for {self.on_behalf_of_name}"
        return self.person_name

    @property
    def parties(self) -> frozenset[int]:
        """Those who count by it, each once: who gave it, and for whom."""
        return frozenset({self.person_id, self.on_behalf_of_id or self.person_id})

    @property
    def is_lifted(self) -> bool:
        return hasattr(self, "lifting")


class Standing(models.Model):
    """Which vote of a person counts on one content: one row, so nobody counts twice.

    A vote "B for A" has one for B and one for A.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="standings")
    content_hash = models.CharField(max_length=64)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="standings")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "content_hash", "person"],
                name="a_person_counts_once_per_content",
            )
        ]

    def __str__(self) -> str:
        return f"counts: {self.vote}"


class Lifting(models.Model):
    """An objection that no longer blocks, since its author lost the say; the vote itself stays."""

    vote = models.OneToOneField(Vote, on_delete=models.PROTECT, related_name="lifting")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()
    means = models.CharField(max_length=30)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="lifting_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.vote}, lifted by {self.by}"


class Decision(models.Model):
    """The ops lead's word, with the facts it was taken on; a new one names the one it replaces."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    schedule_hash = models.CharField(max_length=64)
    latest_start = models.DateTimeField(null=True)
    overridden = models.JSONField(
        default=dict, help_text="Break-glass: the obstacles that it passed over, by their keys."
    )
    second_person = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Break-glass: who was named beside the one who decided.",
    )
    dossier = models.JSONField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_reason"),
            models.CheckConstraint(
                condition=~Q(content_hash=""), name="decision_names_its_content"
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.GO) | Q(latest_start__isnull=False),
                name="go_has_latest_start",
            ),
            models.CheckConstraint(
                condition=Q(overridden={}, second_person__isnull=True)
                | Q(verdict=Verdict.GO, second_person__isnull=False) & ~Q(overridden={}),
                name="break_glass_is_a_go_of_two",
            ),
            models.CheckConstraint(
                condition=Q(second_person__isnull=True) | ~Q(second_person=F("decided_by")),
                name="break_glass_names_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.decided_by_name}"

    @property
    def is_break_glass(self) -> bool:
        return bool(self.overridden)


class Review(models.Model):
    """What has to be looked into after a break-glass GO; the deployment closes only after it."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="review")
    due_at = models.DateTimeField()
    findings = models.TextField(blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True, closed_at__isnull=True, findings="")
                | Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(findings=""),
                name="review_closed_by_and_at_with_findings",
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.decision}"


class Waiver(models.Model):
    """A red gate that two people take responsibility for, until an end.

    `question` is the digest of what the gate asked, of which commit; another question is not
    waived. Nothing is deleted: one that is taken back says by whom.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="waivers")
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="waivers")
    question = models.CharField(max_length=64)
    red_state = models.CharField(max_length=20)
    red_reason = models.TextField(blank=True)
    reason = models.TextField()
    risk_owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    schedule_hash = models.CharField(max_length=64)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_means = models.CharField(max_length=30)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_means = models.CharField(max_length=30, blank=True)
    signed_role = models.CharField(max_length=100, blank=True)
    signed_for = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who was away, where a stand-in signed.",
    )
    signed_for_name = models.CharField(max_length=150, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_reason"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("asked_at")), name="waiver_ends"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True)
                | Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_by=F("asked_by")),
                name="waiver_is_signed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(signed_for__isnull=True, signed_for_name="")
                | Q(signed_for__isnull=False, signed_by__isnull=False)
                & ~Q(signed_for_name="")
                & ~Q(signed_for=F("signed_by"))
                & ~Q(signed_for=F("asked_by")),
                name="waiver_names_for_whom_it_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="waiver_ended_by_and_at",
            ),
            models.UniqueConstraint(
                fields=["gate"],
                condition=Q(ended_at__isnull=True, signed_at__isnull=True),
                name="one_open_waiver_per_gate",
            ),
        ]

    def __str__(self) -> str:
        return f"waiver of {self.gate}"

    @property
    def signature(self) -> str:
        """Whose second signature it bears, as every page and record names it."""
        return (
            f"{self.signed_by} for {self.signed_for_name}"
            if self.signed_for_id
            else str(self.signed_by)
        )


class PollPlan(models.Model):
    """Whether roles are polled before the decision; without a row they are."""

    deployment = models.OneToOneField(
        Deployment, on_delete=models.CASCADE, related_name="poll_plan"
    )
    is_on = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "poll" if self.is_on else "no poll"


class Round(models.Model):
    """One opening of the go/no-go poll, for one time T0; answers of earlier ones do not count."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    schedule_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=10, choices=Closed, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "number"], name="round_number_once"),
            models.UniqueConstraint(
                fields=["deployment"],
                condition=Q(closed_at__isnull=True),
                name="one_open_round_per_deployment",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opened_at")), name="round_closes_after_it_opened"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_why="")
                | Q(closed_at__isnull=False) & ~Q(closed_why=""),
                name="round_closed_at_and_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_at"], condition=Q(closed_at__isnull=True), name="round_closing"
            )
        ]

    def __str__(self) -> str:
        return f"round {self.number} of the poll"


class Answer(models.Model):
    """What somebody says for a role in one round; only ever added, the latest of a person counts.

    One that was given on the call says who wrote it down.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="answers")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=150)
    word = models.CharField(max_length=10, choices=Verdict)
    remark = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["round", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(word__in=Verdict.values), name="answer_is_known"),
            models.CheckConstraint(
                condition=Q(word=Verdict.GO) | ~Q(remark=""), name="no_go_and_hold_say_why"
            ),
            models.CheckConstraint(
                condition=Q(written_by__isnull=True) | ~Q(written_by=F("person")),
                name="answer_by_voice_is_written_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_word_display()} for {self.role}"

    @property
    def by_voice(self) -> bool:
        return self.written_by_id is not None


class Request(models.Model):
    """The asking for the signatures of one rule, open until the rule holds or the review ends."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="requests")
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="requests")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told = models.PositiveSmallIntegerField(choices=Stage, default=Stage.ASKED)
    next_at = models.DateTimeField(null=True, help_text="When the next word to them is due.")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["rule", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(settled_at__isnull=True),
                name="one_open_request_per_rule",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(settled_at__isnull=True), name="request_next_word"
            )
        ]

    def __str__(self) -> str:
        return f"request to {self.rule.role}"


class Shortage(models.Model):
    """Signatures that nobody can give before T0, told once until that is no longer so."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="shortages")
    what = models.CharField(max_length=200, help_text="The key of the warning.")
    told_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "what"],
                condition=Q(settled_at__isnull=True),
                name="shortage_told_once_while_it_lasts",
            )
        ]

    def __str__(self) -> str:
        return f"shortage of signatures for {self.deployment}"
