"""Errors as RFC 9457 problem documents, each with one sentence in `detail`."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from deployments.exceptions import Refused

logger = logging.getLogger(__name__)
UNAUTHENTICATED = "Send a valid token as “Authorization: Bearer …”; this one is missing or over."
UNKNOWN = "There is nothing at this address that the token may see."


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def answer_with_problems(api: NinjaAPI) -> None:
    """Have every error that a request can cause answered by a problem document.

    ninja types a handler's error as an instance or its class, hence `Any` below.
    """
    api.add_exception_handler(Refused, _refused)
    api.add_exception_handler(AuthenticationError, _unauthenticated)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Http404, lambda request, error: problem(404, UNKNOWN))
    api.add_exception_handler(RequestDataTooBig, _too_big)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(Exception, _unexpected)


def _refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    response = problem(refusal.status, refusal.sentence)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Webhook-Signature"
    return response


def _unauthenticated(request: HttpRequest, error: Any) -> HttpResponse:
    response = problem(401, UNAUTHENTICATED)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [
        {"where": ".".join(str(part) for part in _place(one["loc"])), "what": one["msg"]}
        for one in error.errors
    ]
    first = errors[0]
    return problem(422, f"{first['where']}: {first['what']}.", errors=errors)


def _place(found: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without the part of the request that it stands in, which its name already says."""
    return found[1:] if found[:1] in {("query",), ("path",)} else found


def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(413, "The request is larger than the portal reads.")


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, error.message)


def _unexpected(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("the API failed at %s", request.path, exc_info=error)
    return problem(500, "The portal failed while answering; ask for the state before trying again.")
