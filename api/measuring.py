"""What machines measured themselves: values of metrics in a watch."""

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError

from api.callers import deployment_of, refuse_unknown, token_of
from api.schemas import REPORT_PROBLEMS, MetricIn, MetricsIn, MetricsOut
from deployments.conditions import measured
from deployments.exceptions import Invalid
from monitoring.services import Taken, Value, push

router = Router()


@router.post(
    "/{int:pk}/metrics",
    response={200: MetricsOut, **REPORT_PROBLEMS},
    summary="Send values of metrics",
)
def metrics(request: HttpRequest, pk: int, body: MetricsIn) -> Taken:
    """All of them are taken, or none with the reason.

    The deployment has to be in its watch, and the metrics have to be those whose values are sent.
    The same metric and instant again is left out, so a delivery may be repeated; the instants may
    come in any order.
    """
    token = token_of(request)
    if not token.may_report:
        raise HttpError(403, "This token may read but not report.")
    refuse_unknown(request)
    values = [_value(one) for one in body.values]
    return push(deployment_of(request, pk).pk, values, actor=token.machine)


def _value(said: MetricIn) -> Value:
    number = measured(str(said.value))
    if number is None:
        raise Invalid(f"“{said.value}” is no plain number for “{said.key}”.")
    return Value(said.key, number, said.at, said.unit)
