"""How does a document become a deployment?"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts.models import Role, User
from deployments.enums import Right
from deployments.models import Deployment, Service

READ = 100


class Beginning(models.Model):
    """One form that made a draft: sent twice, its token leads to the same draft."""

    token = models.UUIDField(unique=True)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    deployment = models.OneToOneField(
        Deployment, on_delete=models.CASCADE, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"beginning of {self.deployment}"


class SourceDocumentQuerySet(models.QuerySet["SourceDocument"]):
    def visible_to(self, user: User | AnonymousUser) -> SourceDocumentQuerySet:
        """A document is for those who may make a deployment of it."""
        return self.filter(service__in=Service.objects.with_right(user, Right.EDIT))

    def under_review(self) -> SourceDocumentQuerySet:
        return self.filter(applied_at__isnull=True)


class SourceDocument(models.Model):
    """The original, byte for byte, with what was read from it.

    `deployment` is the one that it is for, or that it became; until `applied_at` it waits for
    somebody to look it over. `percent` tells how far the reading is, `problem` why there is none.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="documents")
    deployment = models.ForeignKey(
        Deployment, on_delete=models.CASCADE, null=True, related_name="source_documents"
    )
    name = models.CharField(max_length=255)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    reading = models.JSONField(default=dict)
    percent = models.PositiveSmallIntegerField(default=100)
    problem = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    objects = SourceDocumentQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("intake:review", args=[self.pk])

    @property
    def is_read(self) -> bool:
        return self.percent == READ and not self.problem


class LineCorrection(models.Model):
    """What somebody said that a line is; the newest of a line holds, the others stay."""

    document = models.ForeignKey(
        SourceDocument, on_delete=models.CASCADE, related_name="corrections"
    )
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, blank=True)
    section = models.PositiveIntegerField(null=True, help_text="The line of its heading.")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+")
    condition = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["document", "line"], name="intake_line_documen_idx")]

    def __str__(self) -> str:
        return f"line {self.line} of {self.document}"

    @property
    def says_something(self) -> bool:
        """Else it takes back what was said before."""
        return bool(self.kind or self.section or self.role_id or self.condition)


class TemplateVersionQuerySet(models.QuerySet["TemplateVersion"]):
    def visible_to(self, user: User | AnonymousUser) -> TemplateVersionQuerySet:
        """Those of every service that the person sees, and those of the whole portal."""
        return self.filter(
            Q(service__isnull=True) | Q(service__in=Service.objects.visible_to(user))
        )

    def newest(self) -> TemplateVersionQuerySet:
        """The last version of each template."""
        later = TemplateVersion.objects.filter(key=OuterRef("key"), number__gt=OuterRef("number"))
        of_service = Exists(later.filter(service=OuterRef("service")))
        of_portal = Q(service__isnull=True) & Exists(later.filter(service__isnull=True))
        return self.exclude(of_service).exclude(of_portal)

    def of_the_same(self, version: TemplateVersion) -> TemplateVersionQuerySet:
        if version.service_id is None:
            return self.filter(service__isnull=True, key=version.key)
        return self.filter(service=version.service_id, key=version.key)


class TemplateVersion(models.Model):
    """A plan to begin with, in the structured form; every change of it is one more version.

    Without a service it is a template of the whole portal.
    """

    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, related_name="templates"
    )
    key = models.SlugField(max_length=80)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    note = models.TextField(blank=True, help_text="What is different, in the maker's words.")
    document = models.JSONField()
    made_of = models.ForeignKey(Deployment, on_delete=models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["key", "service", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "key", "number"],
                nulls_distinct=False,
                name="template_version_number_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"


class Origin(models.Model):
    """From which version of a template a deployment was made."""

    deployment = models.OneToOneField(
        Deployment, on_delete=models.CASCADE, related_name="template_origin"
    )
    version = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name="deployments"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.deployment} from {self.version}"
