"""Fields that several forms of the plan have, and what is meant by the words entered there."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.enums import Kind as Account
from accounts.models import Role, User
from checklists import moments
from checklists.enums import Kind
from dashboard.plan.forms import SELECT
from deployments.exceptions import Invalid
from deployments.models import Deployment, Membership, ServiceGroupObjectPermission

KINDS = [(Kind.CHECK.value, "Check: somebody confirms it"),
         (Kind.STEP.value, "Step: it runs in order on the day"),
         (Kind.CRITERION.value, "Success criterion: it is judged afterwards"),
         (Kind.ROLLBACK_STEP.value, "Rollback step: part of the way back")]  # fmt: skip
NOBODY = ("", "Nobody in particular")


def boxed(label: str, **options: Any) -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs={"class": "form-check-input"})
    return forms.BooleanField(label=label, required=False, widget=widget, **options)


def chosen(label: str, choices: Any = (), **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": "This is no choice here; choose one of the list."},
        **options,
    )


def owners(deployment: Deployment, *, beside: User | None = None) -> list[Any]:
    """Roles held for the service and people who see it; `beside` may stay the owner."""
    service = deployment.service
    groups = ServiceGroupObjectPermission.objects.filter(content_object=service)
    people = User.objects.filter(
        is_active=True, kind=Account.PERSON, groups__in=groups.values("group")
    ).distinct()
    held = Role.objects.filter(memberships__in=Membership.objects.filter(service=service))
    named = {one.username: str(one) for one in people.order_by("username")}
    if beside:
        named.setdefault(beside.username, f"{beside} (no longer sees this service)")
    return [
        NOBODY,
        ("Roles", [(f"role:{one.key}", str(one)) for one in held.distinct()]),
        ("People", [(f"person:{username}", name) for username, name in named.items()]),
    ]


def owner_said(value: str) -> dict[str, Any]:
    kind, _, key = value.partition(":")
    return {
        "owner": User.objects.get(username=key) if kind == "person" else None,
        "owner_role": Role.objects.get(key=key) if kind == "role" else None,
    }


def due_said(form: forms.Form, name: str) -> tuple[str, Any]:
    try:
        return moments.from_words(form.cleaned_data[name])
    except Invalid as invalid:
        raise forms.ValidationError(invalid.sentence) from None
