"""What is confirmed, done or judged by people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from accounts.models import Role, User
from checklists import moments
from checklists.enums import CLOSED, ON_THE_DAY, UNCLOSED, ItemState, Kind, Phase
from checklists.models.sections import Section
from deployments.enums import Anchor
from deployments.models import Deployment
from deployments.models.pairs import both_or_neither

if TYPE_CHECKING:
    from collections.abc import Iterable


class ItemQuerySet(models.QuerySet["Item"]):
    def unclosed(self) -> ItemQuerySet:
        """By the states that are left, for which there is an index: most items are closed."""
        return self.filter(state__in=sorted(UNCLOSED))

    def waiting_in(self, phases: Iterable[Phase]) -> ItemQuerySet:
        """Required items of these phases that nobody has closed yet."""
        return self.unclosed().filter(required=True, phase__in=list(phases))


class PresentItems(models.Manager["Item"]):
    """All but those that were taken out of the plan."""

    def get_queryset(self) -> ItemQuerySet:
        return ItemQuerySet(self.model, using=self._db).filter(removed_at__isnull=True)

    def unclosed(self) -> ItemQuerySet:
        return self.get_queryset().unclosed()

    def waiting_in(self, phases: Iterable[Phase]) -> ItemQuerySet:
        return self.get_queryset().waiting_in(phases)


class Item(models.Model):
    """Something a person confirms, does or judges; the definition is signed, the state is not.

    One that is taken out of the plan keeps its row for what was said about it.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="items")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="items")
    key = models.SlugField(max_length=120)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    phase = models.CharField(max_length=10, choices=Phase)
    text = models.TextField()
    required = models.BooleanField(default=True)
    evidence_demanded = models.BooleanField(default=False)
    irreversible = models.BooleanField(default=False)
    commands = models.JSONField(default=list)
    runs = models.CharField(
        max_length=60, blank=True, help_text="The declared command that a worker runs for it."
    )
    planned_minutes = models.PositiveIntegerField(null=True, blank=True)
    predecessors = models.ManyToManyField("self", symmetrical=False, related_name="successors")
    choices = models.JSONField(default=list, help_text="Words of which exactly one is chosen.")
    condition = models.CharField(
        max_length=300,
        blank=True,
        help_text="Of a success criterion: by what a machine judges it when the watch ends.",
    )
    ad_hoc = models.BooleanField(default=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    owner_role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+")
    due_anchor = models.CharField(max_length=20, choices=Anchor, blank=True)
    due_offset = models.DurationField(null=True, help_text="From the anchor; negative is before.")
    removed_at = models.DateTimeField(null=True, editable=False)

    claimed_done = models.BooleanField(
        default=False, help_text="The document had this ticked; a claim, never a tick."
    )
    line = models.PositiveIntegerField(null=True, blank=True)

    state = models.CharField(max_length=20, choices=ItemState, default=ItemState.OPEN)
    state_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    state_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    no_return_at = models.DateTimeField(
        null=True, help_text="When something that cannot be undone was begun, whatever came of it."
    )
    question_to = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who is asked how it goes on after this step failed.",
    )
    reason = models.TextField(blank=True)
    chosen = models.CharField(max_length=200, blank=True)
    seconded_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The second person of a required item that is left out.",
    )

    due_told_for = models.DateTimeField(
        null=True, editable=False, help_text="The due instant whose coming was recorded."
    )

    # A required item is left out by two people; until the second agrees this is what one asks for.
    asked_state = models.CharField(max_length=20, choices=ItemState, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    asked_reason = models.TextField(blank=True)

    objects = PresentItems()
    every = ItemQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["deployment", "position"]
        indexes = [
            models.Index(fields=["deployment", "position"], name="item_order"),
            models.Index(
                fields=["deployment"],
                condition=Q(state__in=sorted(UNCLOSED), removed_at=None),
                name="item_unclosed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "key"], name="item_key_once"),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(owner_role__isnull=True),
                name="item_owner_is_person_or_role",
            ),
            models.CheckConstraint(
                condition=Q(due_anchor="", due_offset__isnull=True)
                | (~Q(due_anchor="") & Q(due_offset__isnull=False)),
                name="item_due_has_anchor_and_offset",
            ),
            models.CheckConstraint(
                condition=Q(
                    asked_state="", asked_by__isnull=True, asked_at__isnull=True, asked_reason=""
                )
                | (
                    Q(asked_state__in=[ItemState.SKIPPED, ItemState.NOT_APPLICABLE])
                    & Q(asked_by__isnull=False, asked_at__isnull=False)
                    & ~Q(asked_reason="")
                ),
                name="item_asked_has_who_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(seconded_by__isnull=True) | ~Q(seconded_by=F("state_by")),
                name="item_seconded_by_another",
            ),
            models.CheckConstraint(
                condition=Q(chosen="") | Q(state=ItemState.DONE), name="item_chosen_is_done"
            ),
            models.CheckConstraint(
                condition=both_or_neither("state_by", "state_at")
                # By values, so by nobody.
                | Q(state_by__isnull=True, state_at__isnull=False, kind=Kind.CRITERION),
                name="item_state_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(question_to__isnull=True) | Q(state=ItemState.FAILED),
                name="item_asks_how_it_goes_on_when_failed",
            ),
            models.CheckConstraint(
                condition=Q(no_return_at__isnull=True) | Q(irreversible=True),
                name="item_no_return_is_irreversible",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ItemState.SKIPPED, ItemState.NOT_APPLICABLE])
                | ~Q(reason=""),
                name="item_skip_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def is_left_out_by_one(self) -> bool:
        """Skipped or not applicable without a second person, as only an optional item may be."""
        left_out = {ItemState.SKIPPED, ItemState.NOT_APPLICABLE}
        return self.state in left_out and self.seconded_by_id is None

    @property
    def due_words(self) -> str:
        return moments.in_words(self.due_anchor, self.due_offset)

    @property
    def is_step(self) -> bool:
        return self.kind in {Kind.STEP, Kind.ROLLBACK_STEP}

    @property
    def is_judged(self) -> bool:
        """In the watch, by how far it is met, rather than ticked (docs/adr/0043)."""
        return self.kind == Kind.CRITERION and self.phase == Phase.AFTER and not self.choices

    @property
    def is_of_the_day(self) -> bool:
        """A step that runs between start and completion, or on the way back."""
        return self.is_step and self.phase in ON_THE_DAY

    @property
    def asks_how_to_go_on(self) -> bool:
        return self.is_of_the_day and self.state == ItemState.FAILED
