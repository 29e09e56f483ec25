"""What machines may ask and say; there is no way here to vote, decide or sign."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI, Status
from ninja.errors import HttpError

from api.bearer import MachineToken
from api.models import Token
from api.problems import answer_with_problems
from api.schemas import DeploymentOut, GateOut, Problem, ReportIn, SampleOut
from approvals.verdict import outlook
from deployments.models import Deployment
from gates import services
from gates.models import Gate, Sample
from gates.reports import Result

MOST_DIGITS = 100
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}

api = NinjaAPI(
    title="Deploy Portal",
    version="1",
    description="Machines read deployments and report results. Send a token that "
    "`manage.py token` issued as a bearer token.",
    auth=MachineToken(),
    docs_url=None,
    urls_namespace="api",
)
answer_with_problems(api)


@api.get("/deployments/{int:pk}", response={200: DeploymentOut, **PROBLEMS}, summary="A deployment")
def deployment(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = _deployment(request, pk)
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
    found = _deployment(request, pk)
    return list(found.gates.as_of_now().select_related("last_sample").order_by("position"))


@api.post(
    "/deployments/{int:pk}/gates/{slug:key}/report",
    response={201: SampleOut, **PROBLEMS},
    summary="Report a result",
)
def report(request: HttpRequest, pk: int, key: str, result: ReportIn) -> Status[Sample]:
    """The newest result stands, also when it is red. A gate with a condition needs the value."""
    token = _token(request)
    if not token.may_report:
        raise HttpError(403, "This token may read but not report.")
    gate = get_object_or_404(_deployment(request, pk).gates, key=key)
    told = Result(
        outcome=result.outcome or "",
        value=_as_text(result.value),
        unit=result.unit,
        source_link=result.source_link,
        evidence=result.details,
    )
    return Status(201, services.report(gate, told, reporter=token.machine))


def _token(request: HttpRequest) -> Token:
    token: Token = request.auth  # type: ignore[attr-defined]  # set by ninja once it holds
    return token


def _deployment(request: HttpRequest, pk: int) -> Deployment:
    """A deployment of the token's own service; every other one is as if it were not there."""
    visible = Deployment.objects.with_names().filter(service=_token(request).service)
    return get_object_or_404(visible, pk=pk)


def _as_text(value: str | float | None) -> str:
    text = "" if value is None else str(value)
    if len(text) > MOST_DIGITS:
        raise HttpError(422, f"A value has at most {MOST_DIGITS} characters.")
    return text
