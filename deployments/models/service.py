"""Services, environments, and who may do what on a service."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.models import Role, User
from deployments.enums import Grant, Right
from statements import AnyOf


def held_by(user: int, right: Right) -> ArraySubquery:
    """The services on which a group of the person holds the right."""
    given = ServiceGroupObjectPermission.objects.filter(
        permission__codename=right, group__user=user
    )
    return ArraySubquery(given.values("content_object"))


class ServiceQuerySet(models.QuerySet["Service"]):
    def with_right(self, user: User | AnonymousUser, right: Right) -> ServiceQuerySet:
        """Services on which a group of the person holds the right; for lists and pages alike."""
        return self.filter(AnyOf("pk", held_by(user.pk, right))) if user.is_active else self.none()

    def visible_to(self, user: User | AnonymousUser) -> ServiceQuerySet:
        if user.is_active and user.is_superuser:
            return self
        return self.with_right(user, Right.SEE)


class Service(models.Model):
    """Something that is released on its own; every right is held on a service."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        default_permissions = ()
        permissions = [(right.value, right.label) for right in Right]

    def __str__(self) -> str:
        return self.title

    def grant_group_name(self, grant: Grant) -> str:
        return f"service:{self.key}:{grant.value}"

    def role_group_name(self, role: Role) -> str:
        return f"service:{self.key}:role:{role.key}"


class ServiceUserObjectPermission(UserObjectPermissionBase):
    """guardian's table for one person's rights; the portal grants to groups only."""

    content_object = models.ForeignKey(Service, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False


class ServiceGroupObjectPermission(GroupObjectPermissionBase):
    """guardian's table for a group's rights on a service."""

    content_object = models.ForeignKey(Service, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False


class Membership(models.Model):
    """A group whose people hold a sign-off role for a service: the right to vote under it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="role_memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "role", "group"], name="one_membership_per_group_and_role"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.service}: {self.group}"


class Granted(models.Model):
    """A grant that the people of a group have on a service; guardian's rows follow from these."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="granted")
    grant = models.CharField(max_length=20, choices=Grant)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="granted")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["service", "grant", "group"], name="granted_once"),
            models.CheckConstraint(
                condition=models.Q(grant__in=Grant.values), name="granted_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_grant_display()} of {self.service}: {self.group}"


class Environment(models.Model):
    """A place things are deployed to; a name for the whole portal."""

    key = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["order", "title"]

    def __str__(self) -> str:
        return self.title
