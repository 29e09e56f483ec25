"""What machines may ask and say; there is no way here to vote, decide or sign."""

from functools import partial
from typing import Any

import pydantic
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI, Status
from ninja.errors import HttpError, ValidationError

from api.bearer import MachineToken
from api.models import Token
from api.problems import answer_with_problems
from api.schemas import (
    REPORT_BODY,
    DeploymentOut,
    GateOut,
    Line,
    Name,
    Problem,
    ReportIn,
    RunOut,
    SampleOut,
    VoteOut,
)
from approvals.models import Vote
from approvals.signoff import standings
from approvals.verdict import outlook
from deployments.models import Deployment
from gates import services
from gates.models import Gate, GateRun, Sample
from gates.reports import Result
from gates.uploads import Upload, hand_in

MOST_DIGITS = 100
MIB = 1024 * 1024
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}

api = NinjaAPI(
    title="Deploy Portal",
    version="1",
    description="Machines read deployments and report results. Send a token that "
    "the page “Machines” of a service issued as a bearer token.",
    auth=MachineToken(),
    docs_url=None,
    urls_namespace="api",
)
answer_with_problems(api)


@api.get("/deployments/{int:pk}", response={200: DeploymentOut, **PROBLEMS}, summary="A deployment")
def deployment(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = _readable(request, pk)
    standing = outlook(found)
    readiness = standing.readiness
    plain = ("id", "package", "branch", "commit", "digest", "state", "t0", "zone", "content_hash")
    return {
        **{name: getattr(found, name) for name in plain},
        "url": f"{settings.PORTAL_URL}{found.get_absolute_url()}",
        "service": found.service.key,
        "environment": found.environment.key,
        "sentence": standing.sentence,
        "ready": readiness.is_ready if readiness else None,
        "percent": readiness.percent if readiness else None,
        "blockers": readiness.blockers if readiness else [],
        "warnings": readiness.warnings if readiness else [],
    }


@api.get(
    "/deployments/{int:pk}/gates", response={200: list[GateOut], **PROBLEMS}, summary="Its gates"
)
def gates(request: HttpRequest, pk: int) -> list[Gate]:
    found = _readable(request, pk)
    return list(found.gates.as_of_now().select_related("last_sample").order_by("position"))


@api.get(
    "/deployments/{int:pk}/gates/{slug:key}", response={200: GateOut, **PROBLEMS}, summary="A gate"
)
def gate(request: HttpRequest, pk: int, key: str) -> Gate:
    _readable(request, pk)
    return _gate(request, pk, key)


@api.get(
    "/deployments/{int:pk}/votes", response={200: list[VoteOut], **PROBLEMS}, summary="Its votes"
)
def votes(request: HttpRequest, pk: int) -> list[Vote]:
    """Every word that was given under a rule, the newest last; later ones replace earlier ones."""
    found = _readable(request, pk)
    counting = {vote.pk for rule in standings(found) for vote in rule.current}
    said = list(found.votes.select_related("rule__role").order_by("pk"))
    for vote in said:
        vote.counts = vote.pk in counting  # type: ignore[attr-defined]
    return said


@api.get(
    "/deployments/{int:pk}/gates/{slug:key}/runs/{int:number}",
    response={200: RunOut, **PROBLEMS},
    summary="A run",
)
def run(request: HttpRequest, pk: int, key: str, number: int) -> GateRun:
    """How far a report that was handed in is read, and what came of it."""
    return get_object_or_404(_gate(request, pk, key).runs, number=number)


@api.post(
    "/deployments/{int:pk}/gates/{slug:key}/report",
    response={201: SampleOut, 202: RunOut, **PROBLEMS},
    summary="Report a result",
    openapi_extra={"requestBody": REPORT_BODY},
)
def report(
    request: HttpRequest, pk: int, key: str, name: Name = "", source_link: Line = ""
) -> Status[Sample] | Status[GateRun]:
    """The newest result stands, also when it is red.

    A reported gate takes a JSON object; one with a condition needs the value. A gate that reads
    reports takes the file as the tool wrote it, whatever content type is said: it is kept, a
    worker reads it, and the run that is answered tells how far that is.
    """
    token = _token(request)
    if not token.may_report:
        raise HttpError(403, "This token may read but not report.")
    found = get_object_or_404(_deployment(request, pk).gates, key=key)
    if found.takes_reports:
        upload = Upload(iter(partial(request.read, MIB), b""), name, source_link)
        return Status(202, hand_in(found, upload, reporter=token.machine))
    return Status(201, services.report(found, _result(request), reporter=token.machine))


def _result(request: HttpRequest) -> Result:
    try:
        said = ReportIn.model_validate_json(request.body)
    except pydantic.ValidationError as error:
        found = [dict(one) for one in error.errors(include_url=False, include_context=False)]
        raise ValidationError(found) from error
    return Result(
        outcome=said.outcome or "",
        value=_as_text(said.value),
        unit=said.unit,
        source_link=said.source_link,
        evidence=said.details,
    )


def _gate(request: HttpRequest, pk: int, key: str) -> Gate:
    gates = _deployment(request, pk).gates.as_of_now().select_related("last_sample")
    return get_object_or_404(gates, key=key)


def _token(request: HttpRequest) -> Token:
    token: Token = request.auth  # type: ignore[attr-defined]  # set by ninja once it holds
    return token


def _readable(request: HttpRequest, pk: int) -> Deployment:
    """For what only a token with the scope *read* is told; a run is told to reporters too."""
    found = _deployment(request, pk)
    if not _token(request).may_read:
        raise HttpError(403, "This token may report but not read.")
    return found


def _deployment(request: HttpRequest, pk: int) -> Deployment:
    """A deployment of the token's own service; every other one is as if it were not there."""
    visible = Deployment.objects.with_names().filter(service=_token(request).service)
    return get_object_or_404(visible, pk=pk)


def _as_text(value: str | float | None) -> str:
    text = "" if value is None else str(value)
    if len(text) > MOST_DIGITS:
        raise HttpError(422, f"A value has at most {MOST_DIGITS} characters.")
    return text
