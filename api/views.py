"""The API: what machines may say and ask; there is no way here to vote, decide or sign."""

from functools import partial

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Status
from ninja.errors import HttpError

from api.bearer import MachineToken
from api.bounces import router as bounces
from api.callers import deployment_of, refuse_unknown, token_of
from api.described import REPORT_BODY, DescribedAPI
from api.incoming import router as webhooks
from api.measuring import router as measuring
from api.problems import answer_with_problems
from api.reading import router as reading
from api.results import parsed, result_of
from api.schemas import (
    READ_PROBLEMS,
    REPORT_PROBLEMS,
    Line,
    Name,
    ReportIn,
    RunOut,
    SampleOut,
)
from gates import services
from gates.models import GateRun, Sample
from gates.uploads import Upload, hand_in

MIB = 1024 * 1024

api = DescribedAPI(
    title="Deploy Portal",
    version="1",
    description="Machines read deployments and report results. Send a token that "
    "the page “Machines” of a service issued as a bearer token, or sign what you deliver "
    "to a webhook of that page.",
    auth=MachineToken(),
    docs_url=None,
    urls_namespace="api",
)
answer_with_problems(api)
api.add_router("/deployments", reading)
api.add_router("/deployments", measuring)
api.add_router("/webhooks", webhooks)
api.add_router("/bounces", bounces)


@api.get(
    "/deployments/{int:pk}/gates/{slug:key}/runs/{int:number}",
    response={200: RunOut, **READ_PROBLEMS},
    summary="A run",
)
def run(request: HttpRequest, pk: int, key: str, number: int) -> GateRun:
    """How far a report that was handed in is read, and what came of it."""
    gates = deployment_of(request, pk).gates
    return get_object_or_404(get_object_or_404(gates, key=key).runs, number=number)


@api.post(
    "/deployments/{int:pk}/gates/{slug:key}/report",
    response={201: SampleOut, 202: RunOut, **REPORT_PROBLEMS},
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
    token = token_of(request)
    if not token.may_report:
        raise HttpError(403, "This token may read but not report.")
    refuse_unknown(request, "name", "source_link")
    found = get_object_or_404(deployment_of(request, pk).gates, key=key)
    if found.takes_reports:
        upload = Upload(iter(partial(request.read, MIB), b""), name, source_link)
        return Status(202, hand_in(found, upload, reporter=token.machine))
    result = result_of(parsed(ReportIn, request.body))
    return Status(201, services.report(found, result, reporter=token.machine))
