from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Role
from accounts.requests import PersonRequest
from approvals import services
from approvals.asking import voices_of
from approvals.cost import Costly, weighed
from approvals.enums import Verdict
from approvals.policies import polling
from approvals.poll_forms import AnswerForm, PollForm, VoiceForm
from approvals.rollcall import asked_roles, counting_round
from approvals.signoff import counting, standings
from deployments import clock
from deployments.answers import page, posted, tried
from deployments.models import Deployment
from deployments.policies import refusal_to_edit, rights_of
from deployments.visible import visible_deployment


def _asked(deployment: Deployment, key: str) -> Role:
    for role, _ in asked_roles(deployment):
        if role.key == key:
            return role
    raise Http404


@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, pk: int, role_key: str) -> HttpResponse:
    """One's own word for a role; the room posts here, and what it refuses is mended here."""
    deployment = visible_deployment(request.user, pk)
    role, form = _asked(deployment, role_key), AnswerForm(posted(request))
    said = tried(
        request,
        form,
        lambda: services.answer(
            deployment.pk,
            role.pk,
            Verdict(form.cleaned_data["word"]),
            actor=request.user,
            remark=form.cleaned_data["remark"],
        ),
    )
    if said.done:
        messages.success(request, f"Recorded: {said.result}.")
        return redirect(page(deployment, "room"))
    rights = rights_of(request.user, deployment.service)
    refusal = polling.refusal_to_answer(rights, role) or polling.refusal_by_round(
        deployment, counting_round(deployment), clock.now()
    )
    context = {"deployment": deployment, "role": role, "form": form, "refusal": refusal}
    return render(request, "approvals/answer.html", context, status=said.status)


@require_http_methods(["GET", "POST"])
def voice(request: PersonRequest, pk: int, role_key: str) -> HttpResponse:
    """What somebody says on the call, written down by an ops lead."""
    deployment = visible_deployment(request.user, pk)
    role = _asked(deployment, role_key)
    said = voices_of(deployment, [role])[role.pk]
    others = [one for one in said if one != request.user]
    form = VoiceForm(others, posted(request))
    written = tried(
        request,
        form,
        lambda: services.write_down(
            deployment.pk,
            role.pk,
            Verdict(form.cleaned_data["word"]),
            person=form.cleaned_data["person"],
            actor=request.user,
            remark=form.cleaned_data["remark"],
        ),
    )
    if written.done:
        messages.success(request, f"Written down: {written.result}.")
        return redirect(page(deployment, "room"))
    rights = rights_of(request.user, deployment.service)
    refusal = polling.refusal_to_write(rights, deployment) or polling.refusal_by_round(
        deployment, counting_round(deployment), clock.now()
    )
    context = {
        "deployment": deployment, "role": role, "form": form, "refusal": refusal, "by_voice": True,
    }  # fmt: skip
    return render(request, "approvals/answer.html", context, status=written.status)


@require_POST
def again(request: PersonRequest, pk: int) -> HttpResponse:
    deployment = visible_deployment(request.user, pk)
    services.open_again(deployment.pk, actor=request.user)
    messages.success(request, "The poll is open again; earlier answers are shown and do not count.")
    return redirect(page(deployment, "room"))


@require_http_methods(["GET", "POST"])
def poll(request: PersonRequest, pk: int) -> HttpResponse:
    """Whether a poll is held and of whom; it is signed, so that a change costs signatures."""
    deployment = visible_deployment(request.user, pk)
    form = PollForm(deployment, posted(request))
    saved = tried(
        request,
        form,
        lambda: weighed(
            deployment.pk,
            lambda: services.plan_poll(
                deployment.pk,
                is_on=form.cleaned_data["is_on"],
                roles=form.cleaned_data["roles"],
                actor=request.user,
            ),
            known=form.cleaned_data["sure"],
        ),
    )
    if saved.done:
        messages.success(request, "Saved." if saved.result else "Nothing changed; all stays.")
        return redirect("dashboard:plan", deployment.pk, "sign-off")
    context = {
        "deployment": deployment,
        "form": form,
        "refusal": refusal_to_edit(rights_of(request.user, deployment.service), deployment),
        "cost": saved.refused.cost if isinstance(saved.refused, Costly) else None,
        "signatures": counting(standings(deployment)),
    }
    return render(request, "approvals/poll.html", context, status=saved.status)
