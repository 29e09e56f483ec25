from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from approvals import services
from approvals.enums import Verdict
from approvals.forms import DecideForm, ReopenForm, SubmitForm
from approvals.models import Decision
from approvals.moves import reopen_page, resume_page, submit_page
from approvals.new_time_forms import NewTimeForm
from approvals.panels import facts_page
from approvals.policies import deciding
from approvals.rollcall import roll_call
from approvals.verdict import readiness
from deployments import clock
from deployments import services as deployments
from deployments.answers import acted, page, posted, tried
from deployments.exceptions import require
from deployments.facts import Facts
from deployments.forms import FactsForm
from deployments.models import Deployment
from deployments.policies import rights_of
from deployments.visible import visible_deployment


@require_http_methods(["GET", "POST"])
def decide(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    if "preview" in request.POST:
        context = {"deployment": deployment, "form": NewTimeForm(deployment, request.POST)}
        return render(request, "approvals/_new_time.html", context)
    verdict = readiness(deployment)
    form = DecideForm(request, deployment, verdict, posted(request))
    decided = tried(request, form, lambda: _decide(request, deployment, form))
    if decided.done:
        messages.success(request, f"Recorded: {decided.result}.")
        return redirect(page(deployment, "go-no-go"))
    if decided.is_overtaken:
        form = DecideForm(request, deployment, verdict)
    rights = rights_of(request.user, deployment.service)
    is_hold = request.GET.get("verdict") == Verdict.HOLD
    context = {
        "deployment": deployment,
        "readiness": verdict,
        "poll": roll_call(deployment, clock.now()),
        "is_hold": is_hold,
        "refusal": deciding.refusal_of_page(rights, deployment, is_hold=is_hold),
        "form": form,
        "overtaken": decided.overtaken_sentence,
    }
    return render(request, "approvals/decide.html", context, status=decided.status)


def _decide(request: PersonRequest, deployment: Deployment, form: DecideForm) -> Decision:
    """A new time that meets something is taken only once that was shown."""
    require(deciding.refusal_of_unseen(form.clashes if form.is_unseen else []))
    said = form.cleaned_data
    return services.decide(
        deployment.pk,
        Verdict(said["verdict"]),
        actor=request.user,
        proof=form.proof,
        reason=said["reason"],
        shown=form.shown(),
        start_within=form.start_within(),
        seen=said["seen"],
        new_t0=said["new_time"],
    )


@require_http_methods(["GET", "POST"])
def facts(request: PersonRequest, pk: int) -> HttpResponse:
    """Change package, branch, commit, digest or lead; what was typed stays when it is refused."""
    deployment = visible_deployment(request.user, pk)
    form = FactsForm(posted(request), deployment=deployment)
    saved = tried(
        request,
        form,
        lambda: deployments.edit_facts(
            deployment.pk,
            form.facts(),
            actor=request.user,
            shown=form.cleaned_data["shown"],
        ),
    )
    if saved.done:
        messages.success(request, "Saved." if saved.result else "Nothing changed; all stays.")
        return redirect(page(deployment))
    if saved.is_overtaken:
        deployment = visible_deployment(request.user, pk)
        fresh = request.POST.copy()
        fresh["shown"] = Facts.of(deployment).fingerprint
        form = FactsForm(fresh, deployment=deployment)
    rights = rights_of(request.user, deployment.service)
    context = facts_page(deployment, form, rights, saved.overtaken_sentence)
    return render(request, "approvals/facts.html", context, status=saved.status)


@require_http_methods(["GET", "POST"])
def submit(request: PersonRequest, pk: int) -> HttpResponse:
    """What is asked of whom and all that is missing; the POST submits exactly that."""
    deployment = visible_deployment(request.user, pk)
    form = SubmitForm(deployment, posted(request))
    submitted = tried(
        request,
        form,
        lambda: services.submit(deployment.pk, actor=request.user, shown=form.shown()),
    )
    if submitted.done:
        messages.success(request, "Submitted. Whoever is asked to sign finds it on their home.")
        return redirect(page(deployment))
    if submitted.is_overtaken:
        deployment = visible_deployment(request.user, pk)
        form = SubmitForm(deployment)
    shown = submit_page(deployment, rights_of(request.user, deployment.service))
    context = {**shown, "form": form, "overtaken": submitted.overtaken_sentence}
    return render(request, "approvals/submit.html", context, status=submitted.status)


@require_http_methods(["GET", "POST"])
def reopen(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    form = ReopenForm(posted(request))
    reopened = tried(
        request,
        form,
        lambda: services.reopen(
            deployment.pk, actor=request.user, reason=form.cleaned_data["reason"]
        ),
    )
    if reopened.done:
        messages.success(request, "Back to draft. Submit it again once it is as it should be.")
        return redirect(page(deployment))
    shown = reopen_page(deployment, rights_of(request.user, deployment.service))
    context = {**shown, "form": form}
    return render(request, "approvals/reopen.html", context, status=reopened.status)


@require_http_methods(["GET", "POST"])
def resume(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    form = Form(posted(request))
    resumed = tried(request, form, lambda: services.resume(deployment.pk, actor=request.user))
    if resumed.done:
        messages.success(request, "Back in review.")
        return redirect(page(deployment))
    shown = resume_page(deployment, rights_of(request.user, deployment.service))
    context = {**shown, "form": form}
    return render(request, "approvals/resume.html", context, status=resumed.status)


@require_POST
def start(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    services.start(deployment.pk, actor=request.user)
    return acted(request, deployment, "runbook")
