from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from approvals import services
from approvals.enums import Choice
from approvals.forms import SignForm
from approvals.signing_page import sign_page, words_of
from deployments.answers import page, posted, tried
from deployments.policies import rights_of
from deployments.visible import visible_deployment


@require_http_methods(["GET", "POST"])
def sign(request: PersonRequest, pk: int, rule_pk: int) -> HttpResponse:
    """What is signed is shown in full; only a POST with a fresh proof signs it."""
    deployment = visible_deployment(request.user, pk)
    rule = get_object_or_404(deployment.rules.select_related("role"), pk=rule_pk)
    rights = rights_of(request.user, deployment.service)
    shown = sign_page(deployment, rule, rights)
    form = _form(request, shown)
    signed = tried(
        request,
        form,
        lambda: services.sign(
            deployment.pk,
            rule.pk,
            Choice(form.cleaned_data["choice"]),
            actor=request.user,
            proof=form.proof,
            shown=form.shown(),
            reason=form.cleaned_data["reason"],
            on_behalf_of=form.on_behalf_of(),
        ),
    )
    if signed.done:
        messages.success(request, f"Recorded: {signed.result}.")
        return redirect(page(deployment, "sign-off"))
    if signed.is_overtaken:
        # Nothing is signed: what changed while they read stands first, and what was typed stays.
        shown = sign_page(visible_deployment(request.user, pk), rule, rights, form.shown())
        typed = {name: form.cleaned_data[name] for name in ("choice", "reason")}
        words = words_of(shown["choices"], shown["own"])
        form = SignForm(request, shown["deployment"], words, voices=shown["voices"], **typed)
    context = {**shown, "form": form, "overtaken": signed.overtaken_sentence}
    return render(request, "approvals/sign.html", context, status=signed.status)


def _form(request: PersonRequest, shown: dict[str, Any]) -> SignForm:
    """Approving is chosen already for whoever has not signed or has to sign again."""
    own, choices = shown["own"], shown["choices"]
    owes = Choice.APPROVE in choices and (own is None or own.is_to_be_given_again)
    initial = {"choice": Choice.APPROVE} if owes else {}
    words = words_of(choices, own)
    return SignForm(
        request, shown["deployment"], words, posted(request), voices=shown["voices"], **initial
    )
