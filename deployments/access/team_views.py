"""Teams and who is in them, for administrators."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import PersonRequest
from deployments.access import teams
from deployments.access.forms import AwareForm, TeamForm
from deployments.access.giving_forms import MemberForm
from deployments.access.holders import services_of_group
from deployments.access.holders import teams as all_teams
from deployments.access.pages import FormPage, form_page
from deployments.access.policies import refusal_to_administer
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.models import Service


@require_safe
def team_list(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, teams.ACT))
    found = all_teams().annotate(people=Count("user"))
    return render(request, "accounts/teams.html", {"teams": found})


@require_http_methods(["GET", "POST"])
def team_new(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, teams.ACT))
    form = TeamForm(posted(request))
    made = tried(request, form, lambda: teams.create_team(**form.cleaned_data, actor=request.user))
    if made.result is not None:
        messages.success(request, "The team is made. Add its people next.")
        return redirect("deployments:team", made.result.pk)
    back = reverse("deployments:teams")
    page = FormPage("New team", "Make the team", back, "Teams")
    return form_page(request, page, form, made.status)


@require_http_methods(["GET", "POST"])
def team_rename(request: PersonRequest, team_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, teams.ACT))
    found = get_object_or_404(all_teams(), pk=team_pk)
    form = TeamForm(posted(request), initial={"name": found.name})
    renamed = tried(
        request, form, lambda: teams.rename_team(found, **form.cleaned_data, actor=request.user)
    )
    if renamed.done:
        return redirect("deployments:team", team_pk)
    back = reverse("deployments:team", args=[team_pk])
    page = FormPage("Rename the team", "Save the name", back, found.name)
    return form_page(request, page, form, renamed.status)


@require_http_methods(["GET", "POST"])
def team(request: PersonRequest, team_pk: int) -> HttpResponse:
    """Who is in the team, and the form that adds one more."""
    require(refusal_to_administer(request.user, teams.ACT))
    found = get_object_or_404(all_teams(), pk=team_pk)
    form = MemberForm(posted(request))
    added = tried(
        request,
        form,
        lambda: teams.add_to_team(found, form.cleaned_data["who"], actor=request.user),
    )
    if added.done:
        messages.success(request, f"{form.cleaned_data['who']} is in the team {found}.")
        return redirect("deployments:team", team_pk)
    return _team_page(request, found, form, added.status)


@require_http_methods(["GET", "POST"])
def team_remove(request: PersonRequest, team_pk: int, person_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, teams.ACT))
    found = get_object_or_404(all_teams(), pk=team_pk)
    person = get_object_or_404(User, pk=person_pk)
    form = AwareForm(posted(request))
    removed = tried(
        request,
        form,
        lambda: teams.remove_from_team(
            found, person, actor=request.user, aware=form.cleaned_data["aware"]
        ),
    )
    if removed.done:
        messages.success(request, f"{person} is no longer in the team {found}.")
        return redirect("deployments:team", team_pk)
    context = {
        "team": found,
        "person": person,
        "form": form,
        "services": Service.objects.filter(pk__in=services_of_group(found)),
        "refusal": teams.refusal_of_stranger(found, person),
        "losses": teams.losses_of_member(found, person),
    }
    return render(request, "accounts/team_remove.html", context, status=removed.status)


def _team_page(request: PersonRequest, found: Group, form: forms.Form, status: int) -> HttpResponse:
    context = {
        "team": found,
        "people": sorted(found.user_set.all(), key=lambda one: str(one).casefold()),
        "services": Service.objects.filter(pk__in=services_of_group(found)),
        "form": form,
    }
    return render(request, "accounts/team.html", context, status=status)
