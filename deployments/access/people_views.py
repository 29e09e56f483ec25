"""Accounts of people, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import fresh, second_factor
from accounts.forms import FreshForm
from accounts.models import User
from accounts.requests import PersonRequest
from deployments.access import people as accounts
from deployments.access.forms import AwareForm, NewPersonForm, PersonForm, SearchForm
from deployments.access.pages import FormPage, form_page, proof_page
from deployments.access.policies import refusal_to_administer, refusal_to_deactivate
from deployments.access.profile import profile_of
from deployments.answers import posted, tried
from deployments.exceptions import require
from deployments.letters import services as letters
from deployments.letters.tokens import path_to_set

PAGE = 50
PEOPLE = "deployments:people"
# As a person is called: by their name, or by the username where there is none.
NAME = Lower(Coalesce(NullIf("display_name", Value("")), "username"))


@require_safe
def people(request: PersonRequest) -> HttpResponse:
    require(refusal_to_administer(request.user, "see all accounts"))
    form = SearchForm(request.GET)
    q = form.cleaned_data["q"] if form.is_valid() else ""
    named = Q(username__icontains=q) | Q(display_name__icontains=q) | Q(email__icontains=q)
    found = User.objects.filter(named).order_by("-is_active", "-kind", NAME, "username")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"page": page, "form": form, "q": q})


@require_http_methods(["GET", "POST"])
def person_new(request: PersonRequest) -> HttpResponse:
    """The account and the one link with which its person sets a password."""
    require(refusal_to_administer(request.user, accounts.ACT))
    form = NewPersonForm(posted(request), initial={"zone": request.user.zone})
    made = tried(request, form, lambda: _made(form, request.user))
    if made.result is not None:
        if form.cleaned_data["invite"]:
            return _invited(request, made.result)
        return _link_next(request, made.result)
    lead = "They set their own password by a link: in a mail, or shown to you next."
    page = FormPage("New person", "Make the account", reverse(PEOPLE), "People", lead)
    return form_page(request, page, form, made.status)


@require_safe
def person(request: PersonRequest, person_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, "see all accounts"))
    found = get_object_or_404(User, pk=person_pk)
    context = {
        "person": found,
        "profile": profile_of(found),
        "invitation": letters.last_invitation(found),
        "refusal_to_invite": letters.refusal_to_invite(found),
        "has_factor": second_factor.is_on(found),
        "refusal_to_link": accounts.refusal_of_link(found),
        "refusal_to_deactivate": refusal_to_deactivate(found, request.user),
    }
    return render(request, "accounts/person.html", context)


@require_http_methods(["GET", "POST"])
def person_edit(request: PersonRequest, person_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, accounts.ACT))
    found = get_object_or_404(User, pk=person_pk)
    form = PersonForm(
        posted(request), initial=model_to_dict(found, ["display_name", "email", "zone"])
    )
    saved = tried(
        request,
        form,
        lambda: accounts.edit_person(found, **form.cleaned_data, actor=request.user),
    )
    if saved.done:
        return redirect("deployments:person", person_pk)
    back = reverse("deployments:person", args=[person_pk])
    page = FormPage(f"Edit {found.username}", "Save", back, str(found))
    return form_page(request, page, form, saved.status)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def person_link(request: PersonRequest, person_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, accounts.ACT))
    found = get_object_or_404(User, pk=person_pk)
    form = FreshForm(request, posted(request))
    made = tried(request, form, lambda: _shown(request, found, form.proof))
    if made.result is not None:
        return made.result
    back = reverse("deployments:person", args=[person_pk])
    lead = "Whoever has the link sets the password and is then this person. It is shown once."
    page = FormPage(f"A link for {found}", "Make the link", back, str(found), lead)
    return proof_page(request, page, form, made.status, accounts.refusal_of_link(found))


@require_http_methods(["GET", "POST"])
def deactivate(request: PersonRequest, person_pk: int) -> HttpResponse:
    """Says what hangs on the person before the account is closed."""
    require(refusal_to_administer(request.user, accounts.ACT))
    found = get_object_or_404(User, pk=person_pk)
    form = AwareForm(posted(request))
    left = tried(
        request,
        form,
        lambda: accounts.deactivate(found, actor=request.user, aware=form.cleaned_data["aware"]),
    )
    if left.done:
        messages.success(request, f"{found} is deactivated, and their sessions have ended.")
        return redirect("deployments:person", person_pk)
    context = {
        "person": found,
        "profile": profile_of(found),
        "losses": accounts.losses_of_person(found),
        "form": form,
        "refusal": refusal_to_deactivate(found, request.user) or accounts.refusal_of_link(found),
    }
    return render(request, "accounts/deactivate.html", context, status=left.status)


@require_POST
def reactivate(request: PersonRequest, person_pk: int) -> HttpResponse:
    """The password ended with the account, so a link to set a new one comes next."""
    require(refusal_to_administer(request.user, accounts.ACT))
    found = get_object_or_404(User, pk=person_pk)
    accounts.reactivate(found, actor=request.user)
    return _link_next(request, found)


@require_POST
def invite(request: PersonRequest, person_pk: int) -> HttpResponse:
    require(refusal_to_administer(request.user, letters.ACT))
    found = get_object_or_404(User, pk=person_pk)
    letters.invite(found, actor=request.user)
    return _invited(request, found)


@transaction.atomic
def _made(form: NewPersonForm, actor: User) -> User:
    """The account, and its invitation where one is wanted: both or none."""
    said = {key: value for key, value in form.cleaned_data.items() if key != "invite"}
    person = accounts.create_person(**said, actor=actor)
    if form.cleaned_data["invite"]:
        letters.invite(person, actor=actor)
    return person


def _invited(request: PersonRequest, found: User) -> HttpResponse:
    messages.success(request, f"The invitation is on its way to {found.email}.")
    return redirect("deployments:person", found.pk)


def _link_next(request: PersonRequest, found: User) -> HttpResponse:
    """What follows an act that leaves somebody without a password."""
    proof = fresh.current(request)
    if proof is None:
        return redirect("deployments:person_link", found.pk)
    return _shown(request, found, proof)


def _shown(request: PersonRequest, found: User, proof: fresh.Authentication | None) -> HttpResponse:
    """Shown in the answer to the act and kept nowhere: it is as good as the password."""
    accounts.make_link(found, actor=request.user, proof=proof)
    link = request.build_absolute_uri(path_to_set(found))
    return render(request, "accounts/link.html", {"person": found, "link": link})
