from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from approvals import services
from approvals.breaking_forms import BreakGlassForm, ReviewForm
from approvals.models import Review
from approvals.policies import breaking
from approvals.policies.deciding import refusal_of_late_go
from approvals.rollcall import counting_round, roll_call
from approvals.seconds import second_people
from approvals.verdict import readiness
from deployments import clock
from deployments.answers import page, posted, tried
from deployments.policies import rights_of
from deployments.visible import visible_deployment


@require_http_methods(["GET", "POST"])
def break_glass(request: PersonRequest, pk: int) -> HttpResponse:
    """What such a GO passes over is shown first; only a POST with a fresh proof decides."""
    deployment = visible_deployment(request.user, pk)
    people = second_people(deployment, request.user)
    form = BreakGlassForm(request, deployment, people, posted(request))
    broken = tried(
        request,
        form,
        lambda: services.break_glass(
            deployment.pk,
            actor=request.user,
            second_person=form.cleaned_data["second_person"],
            proof=form.proof,
            reason=form.cleaned_data["reason"],
            shown=form.shown(),
            start_within=form.start_within(),
        ),
    )
    if broken.done:
        messages.success(request, f"Recorded: {broken.result}, over what stood in the way.")
        return redirect(page(deployment, "go-no-go"))
    if broken.is_overtaken:
        deployment = visible_deployment(request.user, pk)
        form = BreakGlassForm(request, deployment, people)
    facts = readiness(deployment)
    over = breaking.overridden(facts, roll_call(deployment, clock.now()))
    rights = rights_of(request.user, deployment.service)
    context = {
        "deployment": deployment,
        "form": form,
        "over": over,
        "refusal": breaking.refusal_to_break(rights, deployment)
        or refusal_of_late_go(deployment, counting_round(deployment), clock.now())
        or breaking.refusal_without_need(over),
        "overtaken": broken.overtaken_sentence,
    }
    return render(request, "approvals/break_glass.html", context, status=broken.status)


@require_http_methods(["GET", "POST"])
def review(request: PersonRequest, pk: int, decision_pk: int) -> HttpResponse:
    """Looking into a break-glass decision; whoever took it does not close its review."""
    deployment = visible_deployment(request.user, pk)
    reviews = Review.objects.select_related(
        "decision__decided_by", "decision__second_person", "closed_by"
    )
    found = get_object_or_404(reviews, decision=decision_pk, decision__deployment=deployment)
    form = ReviewForm(posted(request))
    closed = tried(
        request,
        form,
        lambda: services.close_review(
            found, actor=request.user, findings=form.cleaned_data["findings"]
        ),
    )
    if closed.done:
        messages.success(request, "The review is closed.")
        return redirect(page(deployment, "go-no-go"))
    rights = rights_of(request.user, deployment.service)
    context = {
        "deployment": deployment,
        "review": found,
        "decision": found.decision,
        "form": form,
        "refusal": breaking.refusal_to_review(rights, found),
    }
    return render(request, "approvals/review.html", context, status=closed.status)
