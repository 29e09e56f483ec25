"""What machines measured themselves: values of metrics in a watch."""

from django.http import HttpRequest
from ninja import Router, Status
from ninja.errors import HttpError

from api.callers import deployment_of, refuse_unknown, token_of
from api.schemas import (
    REPORT_PROBLEMS,
    IncidentIn,
    IncidentOut,
    MetricIn,
    MetricsIn,
    MetricsOut,
)
from deployments.conditions import measured
from deployments.exceptions import Invalid
from monitoring.enums import Channel
from monitoring.models import Incident
from monitoring.services import Taken, Value, push, report_incident

router = Router()


@router.post(
    "/{int:pk}/metrics",
    response={200: MetricsOut, **REPORT_PROBLEMS},
    summary="Send values of metrics",
)
def metrics(request: HttpRequest, pk: int, body: MetricsIn) -> Taken:
    """All of them are taken, or none with the reason.

    The deployment has to be in its watch, and the metrics have to be those whose values are sent.
    Instants count to the second of the watch. The same metric and second again is left out, so a
    delivery may be repeated; the instants may come in any order.
    """
    token = token_of(request)
    if not token.may_report:
        raise HttpError(403, "This token may read but not report.")
    refuse_unknown(request)
    values = [_value(one) for one in body.values]
    return push(deployment_of(request, pk).pk, values, actor=token.machine)


@router.post(
    "/{int:pk}/incidents",
    response={201: IncidentOut, **REPORT_PROBLEMS},
    summary="Report an incident",
)
def incidents(request: HttpRequest, pk: int, body: IncidentIn) -> Status[Incident]:
    """What users say went wrong, from where they said it; it is counted in the report."""
    token = token_of(request)
    if not token.may_report:
        raise HttpError(403, "This token may read but not report.")
    refuse_unknown(request)
    deployment = deployment_of(request, pk)
    return Status(
        201,
        report_incident(
            deployment.pk, body.text, channel=Channel.MACHINE, reporter=token.machine,
            name=body.name,
        ),
    )  # fmt: skip


def _value(said: MetricIn) -> Value:
    number = measured(str(said.value))
    if number is None:
        raise Invalid(f"“{said.value}” is no plain number for “{said.key}”.")
    return Value(said.key, number, said.at, said.unit)
