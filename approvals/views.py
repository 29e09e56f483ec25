from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from approvals import policies, services
from approvals.enums import Choice, Verdict
from approvals.forms import DecideForm, SignForm
from approvals.panels import signed_content
from approvals.signoff import current_votes, standings
from approvals.verdict import outlook, readiness
from deployments.answers import acted, page
from deployments.models import Deployment
from deployments.policies import rights_of


@require_http_methods(["GET", "POST"])
def sign(request: PersonRequest, pk: int, rule_pk: int) -> HttpResponse:
    """What is signed is shown in full; only a POST with a fresh proof signs it."""
    visible = Deployment.objects.visible_to(request.user).with_names()
    deployment = get_object_or_404(visible, pk=pk)
    rule = get_object_or_404(deployment.rules.select_related("role"), pk=rule_pk)
    form = SignForm(request, request.POST or None, initial={"shown_hash": deployment.content_hash})
    if request.method == "POST" and form.is_valid():
        vote = services.sign(
            deployment.pk,
            rule.pk,
            Choice(form.cleaned_data["choice"]),
            actor=request.user,
            proof=form.proof,
            shown_hash=form.cleaned_data["shown_hash"],
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, f"Recorded: {vote.get_choice_display().lower()} as {rule.role}.")
        return redirect(page(deployment, "sign-off"))
    standing = next(one for one in standings(deployment) if one.rule.pk == rule.pk)
    others = current_votes(deployment.votes.order_by("pk")).values()
    rights = rights_of(request.user, deployment.service)
    context = {
        "deployment": deployment,
        "rule": rule,
        "standing": standing,
        **signed_content(deployment),
        "outlook": outlook(deployment),
        "refusal": policies.refusal_to_vote(rights, deployment, standing, others),
        "form": form,
    }
    return render(request, "approvals/sign.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def decide(request: PersonRequest, pk: int) -> HttpResponse:
    visible = Deployment.objects.visible_to(request.user).with_names()
    deployment = get_object_or_404(visible, pk=pk)
    verdict = readiness(deployment)
    form = DecideForm(request, deployment, verdict, request.POST or None)
    if request.method == "POST" and form.is_valid():
        decision = services.decide(
            deployment.pk,
            Verdict(form.cleaned_data["verdict"]),
            actor=request.user,
            proof=form.proof,
            reason=form.cleaned_data["reason"],
            latest_start=form.latest_start(),
            seen=form.cleaned_data["seen"],
        )
        messages.success(request, f"Recorded: {decision.get_verdict_display()}.")
        return redirect(page(deployment, "go-no-go"))
    context = {
        "deployment": deployment,
        "readiness": verdict,
        "refusal": policies.refusal_to_decide_at_all(
            rights_of(request.user, deployment.service), deployment
        ),
        "form": form,
    }
    return render(request, "approvals/decide.html", context, status=422 if form.errors else 200)


@require_POST
def submit(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    services.submit(deployment.pk, actor=request.user)
    return acted(request, deployment)


@require_POST
def reopen(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    services.reopen(deployment.pk, actor=request.user)
    return acted(request, deployment)


@require_POST
def resume(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    services.resume(deployment.pk, actor=request.user)
    return acted(request, deployment)


@require_POST
def start(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment.objects.visible_to(request.user), pk=pk)
    services.start(deployment.pk, actor=request.user)
    return acted(request, deployment, "runbook")
