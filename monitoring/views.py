"""Acts on the watch: each a page of its own, since each asks for words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from checklists.day import policies as day
from checklists.enums import Phase
from checklists.leftovers import limits_of
from deployments import clock
from deployments.answers import page, posted, tried
from deployments.exceptions import Refused
from deployments.models import Deployment
from deployments.policies import Rights, rights_of
from deployments.visible import visible_deployment
from gates.enums import Source
from monitoring import charts, policies, services
from monitoring.counted import counted_of
from monitoring.enums import OPEN_ANSWERS, Channel, Result, Verdict
from monitoring.figures import figures_in
from monitoring.forms import (
    AcknowledgeForm,
    CloseForm,
    DismissForm,
    IncidentForm,
    InstantForm,
    JudgeForm,
    RaiseForm,
    StayForm,
    ValueForm,
)
from monitoring.models import Alert, Incident, Question, Series, Watch, judgment_of
from monitoring.report import report_of

# Stands in for a reason, where only the right to act is asked.
SOME = "-"
SHOWN_READINGS = 200


@require_http_methods(["GET", "POST"])
def close(request: PersonRequest, pk: int) -> HttpResponse:
    """The end of a deployment, with its result; the report is beside the form."""
    deployment = _visible(request, pk)
    return _act(
        request, deployment, "close", CloseForm(posted(request)),
        lambda said: services.close(
            deployment.pk, actor=request.user, result=Result(said["result"]),
            lessons=said["lessons"],
        ),
        told="Closed.",
        refusal=services.refusal_to_close_now(deployment, request.user),
        report=report_of(deployment),
    )  # fmt: skip


@require_safe
def report(request: PersonRequest, pk: int) -> HttpResponse:
    """What the deployment came to so far, with every metric in numbers and drawn; for print too."""
    deployment = _visible(request, pk)
    groups = charts.charts_of(deployment)
    context = {"deployment": deployment, "report": report_of(deployment), "charts": groups,
               "figures": figures_in(groups)}  # fmt: skip
    return render(request, "monitoring/report.html", context)


@require_safe
def points(request: PersonRequest, pk: int) -> JsonResponse:
    """What the charts draw, from the instant on that `since` says in seconds since 1970."""
    deployment = _visible(request, pk)
    watch = get_object_or_404(Watch, deployment=deployment)
    since = InstantForm(request.GET)
    found = charts.points(watch, clock.now(), since.instant)
    return JsonResponse({**found, "marks": charts.marks(deployment, watch)})


@require_safe
def readings(request: PersonRequest, pk: int, metric: str) -> HttpResponse:
    """The readings of one metric as a table, the newest first."""
    deployment = _visible(request, pk)
    series = get_object_or_404(Series, watch__deployment=deployment, key=metric)
    told = Paginator(series.readings.order_by("-at"), SHOWN_READINGS)
    context = {"deployment": deployment, "series": series,
               "page": told.get_page(request.GET.get("page"))}  # fmt: skip
    return render(request, "monitoring/readings.html", context)


@require_http_methods(["GET", "POST"])
def alert(request: PersonRequest, pk: int, alert_pk: int) -> HttpResponse:
    """An alert with what was found, and the act of looking after it."""
    deployment = _visible(request, pk)
    alerts = Alert.objects.select_related("series", "acknowledged_by")
    found = get_object_or_404(alerts, series__watch__deployment=deployment, pk=alert_pk)
    rights = rights_of(request.user, deployment.service)
    form = AcknowledgeForm(posted(request))
    return _act(
        request, deployment, "alert", form,
        lambda said: services.acknowledge(
            deployment.pk, found.pk, actor=request.user, note=said["note"]
        ),
        told="You look after it.",
        refusal=policies.refusal_to_acknowledge(rights, found),
        alert=found,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def question(request: PersonRequest, pk: int) -> HttpResponse:
    """Shall it be rolled back? Both answers are in one place, with what asks and until when."""
    deployment = _visible(request, pk)
    asked = Question.objects.filter(deployment=deployment, answer__in=OPEN_ANSWERS).first()
    rights = rights_of(request.user, deployment.service)
    goes_back = request.POST.get("answer") == "back"
    answer = services.go_back if goes_back else services.stay
    return _act(
        request, deployment, "question", StayForm(posted(request)),
        lambda said: answer(deployment.pk, actor=request.user, reason=said["reason"]),
        told="The rollback has begun." if goes_back else "It stays.",
        **_answers(rights, deployment, asked),
        question=asked,
        limits=limits_of(deployment) if asked else [],
        last=Question.objects.filter(deployment=deployment).first(),
    )  # fmt: skip


def _answers(
    rights: Rights, deployment: Deployment, asked: Question | None
) -> dict[str, Refused | None]:
    """Why neither answer is offered, and why staying is not where ops leads may only go back."""
    if asked is None:
        return {"refusal": None, "refusal_to_stay": None}
    stays = policies.refusal_to_answer(rights, deployment, asked, SOME)
    goes = day.refusal_to_roll_back(rights, deployment) if stays else None
    return {"refusal": stays if goes else None, "refusal_to_stay": stays}


@require_http_methods(["GET", "POST"])
def trigger(request: PersonRequest, pk: int, trigger_pk: int) -> HttpResponse:
    """A person says that what was agreed on as a reason to go back has come."""
    deployment = _visible(request, pk)
    found = get_object_or_404(deployment.triggers.select_related("decided_by"), pk=trigger_pk)
    rights = rights_of(request.user, deployment.service)
    return _act(
        request, deployment, "trigger", RaiseForm(posted(request)),
        lambda said: services.raise_by_hand(
            deployment.pk, found.pk, actor=request.user, reason=said["reason"]
        ),
        told=f"Asked whether to roll back: {found.decider}.",
        refusal=policies.refusal_to_raise(rights, deployment, SOME),
        trigger=found,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def target(request: PersonRequest, pk: int, target_pk: int) -> HttpResponse:
    deployment = _visible(request, pk)
    found = get_object_or_404(deployment.targets.select_related("judged_by"), pk=target_pk)
    rights = rights_of(request.user, deployment.service)
    first = {"verdict": found.verdict or Verdict.MET, "reason": found.said}
    return _act(
        request, deployment, "target", JudgeForm(posted(request), initial=first),
        lambda said: services.judge_by_hand(
            deployment.pk, found.pk, Verdict(said["verdict"]), actor=request.user,
            reason=said["reason"],
        ),
        told="Judged.",
        refusal=policies.refusal_to_judge(rights, deployment, found, SOME),
        target=found,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def value(request: PersonRequest, pk: int) -> HttpResponse:
    """The value of a metric that a person reads somewhere."""
    deployment = _visible(request, pk)
    series = Series.objects.filter(watch__deployment=deployment, metric__source=Source.BY_HAND)
    rights = rights_of(request.user, deployment.service)
    first = {"key": request.GET.get("metric", "")}
    return _act(
        request, deployment, "value", ValueForm(posted(request), series=series, initial=first),
        lambda said: services.enter(
            deployment.pk, said["key"], said["number"], actor=request.user
        ),
        told="The value is entered.",
        refusal=policies.refusal_to_enter(rights, deployment),
        series=series,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def criterion(request: PersonRequest, pk: int, item_pk: int) -> HttpResponse:
    """How far a success criterion is met, with what was measured beside it."""
    deployment = _visible(request, pk)
    items = deployment.items.select_related("judgment__judged_by")
    item = get_object_or_404(items, pk=item_pk, phase=Phase.AFTER)
    judged = judgment_of(item)
    rights = rights_of(request.user, deployment.service)
    first = {"verdict": judged.verdict, "reason": judged.reason} if judged else {}
    return _act(
        request, deployment, "criterion", JudgeForm(posted(request), initial=first),
        lambda said: services.judge_criterion(
            deployment.pk, item.pk, Verdict(said["verdict"]), actor=request.user,
            reason=said["reason"],
        ),
        told="Judged.",
        refusal=policies.refusal_to_judge_criterion(rights, deployment, judged, SOME),
        item=item,
        judged=judged,
        targets=deployment.targets.exclude(verdict="").order_by("position"),
        counted=counted_of(deployment),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def incidents(request: PersonRequest, pk: int) -> HttpResponse:
    """What users reported, and the form to report."""
    deployment = _visible(request, pk)
    told = Incident.objects.filter(deployment=deployment).select_related("reporter", "dismissed_by")
    return _act(
        request, deployment, "incidents", IncidentForm(posted(request)),
        lambda said: services.report_incident(
            deployment.pk, said["text"], channel=Channel.PAGE, reporter=request.user
        ),
        told="Thank you; it is counted.",
        refusal=policies.refusal_to_report(deployment, SOME, Channel.PAGE, clock.now()),
        incidents=told,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def incident(request: PersonRequest, pk: int, incident_pk: int) -> HttpResponse:
    """One incident, and the act of saying that it does not belong."""
    deployment = _visible(request, pk)
    told = Incident.objects.select_related("reporter", "dismissed_by")
    found = get_object_or_404(told, deployment=deployment, pk=incident_pk)
    rights = rights_of(request.user, deployment.service)
    return _act(
        request, deployment, "incident", DismissForm(posted(request)),
        lambda said: services.dismiss_incident(
            deployment.pk, found.pk, actor=request.user, reason=said["reason"]
        ),
        told="It no longer counts.",
        refusal=policies.refusal_to_dismiss(rights, deployment, found, SOME),
        incident=found,
    )  # fmt: skip


def _visible(request: PersonRequest, pk: int) -> Deployment:
    return visible_deployment(request.user, pk)


def _act(
    request: PersonRequest,
    deployment: Deployment,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    *,
    told: str,
    refusal: Refused | None,
    **shown: object,
) -> HttpResponse:
    """A page with one form; what it did is said on the watch's tab."""
    answer = tried(request, form, lambda: act(form.cleaned_data))
    if answer.done:
        messages.success(request, told)
        return redirect(page(deployment, "watch"))
    context = {"deployment": deployment, "form": form, "refusal": refusal, **shown}
    return render(request, f"monitoring/{name}.html", context, status=answer.status)
