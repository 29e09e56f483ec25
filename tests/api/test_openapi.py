"""X8: the published description is the committed one, and the API keeps it whatever is asked.

API_FUZZ_EXAMPLES is how many requests each address gets for each way of asking; unset, a few that
are the same every time.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jsonschema
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import CommandError, call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api import services, webhooks
from api.management.commands import describe_api
from api.signatures import sign
from api.views import api
from approvals import services as approvals
from approvals.enums import Choice
from approvals.shown import Shown
from deployments import clock
from deployments.models import Deployment
from gates.models import Gate, Sample
from gates.reports import Result
from gates.services import report
from tests.builders import make_administrator, make_deployment, make_proof
from tests.gates.makers import make_gate

EXAMPLES = int(os.environ.get("API_FUZZ_EXAMPLES", "0"))
DESCRIBED = api.get_openapi_schema()
NONE: dict[str, dict[str, Any]] = {"content": {}}
ADDRESSES = [(method, path) for path, address in DESCRIBED["paths"].items() for method in address]
# Of the gates that are there; without one everything is invented. A gate that reads files takes
# any body whatever it is said to be, so none is wrong there.
NAMES = {
    GenerationMode.POSITIVE: st.sampled_from(["", "tests-passing", "unit-tests", "cache-hit-rate"]),
    GenerationMode.NEGATIVE: st.sampled_from(["", "tests-passing", "cache-hit-rate"]),
}
HOW: dict[str, Any] = {
    "database": None,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]


@dataclass
class Front:
    """The portal as a WSGI application that signs each delivery on its way in, if told to."""

    secrets: dict[str, str]
    signs: bool = True
    portal: WSGIHandler = field(default_factory=WSGIHandler)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        kinds = [kind for kind in self.secrets if f"/{kind}/" in environ["PATH_INFO"]]
        if self.signs and kinds:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            stamp = str(int(clock.now().timestamp()))
            name = f"msg_{len(body)}_{hash(body)}"
            environ |= {
                "wsgi.input": io.BytesIO(body),
                "HTTP_WEBHOOK_ID": name,
                "HTTP_WEBHOOK_TIMESTAMP": stamp,
                "HTTP_WEBHOOK_SIGNATURE": sign(self.secrets[kinds[0]], name, stamp, body),
            }
        return self.portal(environ, start_response)


@dataclass
class Scene:
    deployment: Deployment
    gate: Gate
    secret: str
    front: Front
    webhook: str
    bounces: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def place(self, case: Any, key: str = "") -> None:
        """Put the names of what is really there into a request that is otherwise invented."""
        there = {
            "pk": self.deployment.pk,
            "key": key or self.gate.key,
            "number": 1,
            "webhook": self.bounces if "/bounces/" in case.path else self.webhook,
        }
        if not _is_wrong(case, ParameterLocation.PATH):
            names = case.path_parameters or {}
            case.path_parameters = {name: there[name] for name in names}
        wrong_body = _is_wrong(case, ParameterLocation.BODY)
        if isinstance(case.body, dict) and "gate" in case.body and not wrong_body:
            case.body = {**case.body, "deployment": self.deployment.pk, "gate": there["key"]}


def _is_wrong(case: Any, where: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(where)


def _is_sent_whole(case: Any) -> bool:
    """Whether what is wrong in the query reaches the portal: nothing is sent of an empty list."""
    return not any(map(_vanishes, (case.query or {}).values()))


def _vanishes(value: Any) -> bool:
    return value is None or (isinstance(value, (list, dict)) and all(map(_vanishes, value)))


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """As Django's own test client: a request leaves the connection of the test open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def scene(team, _one_connection) -> Scene:
    """A deployment in review with a result, a run and a vote, and both kinds of keys."""
    deployment = make_deployment(team)
    gate = make_gate(deployment)
    make_gate(deployment, kind="junit", title="Unit tests")
    make_gate(deployment, condition="cache_hit_rate > 85 %", title="Cache hit rate")
    approvals.submit(deployment.pk, actor=team.release_manager)
    deployment.refresh_from_db()
    approvals.sign(
        deployment.pk, deployment.rules.get(role__key="security").pk, Choice.APPROVE,
        actor=team.security, proof=make_proof(), shown=Shown.of(deployment),
    )  # fmt: skip
    token, secret = services.issue(team.service, title="CI", actor=None)
    hook, hook_secret = webhooks.issue(
        team.service, title="Lab", actor=team.release_manager, proof=make_proof()
    )
    relay, relay_secret = webhooks.issue(
        None, title="Relay", actor=make_administrator(), proof=make_proof()
    )
    report(gate, Result(outcome="good"), reporter=token.machine)
    front = Front({"webhooks": hook_secret, "bounces": relay_secret})
    return Scene(deployment, gate, secret, front, str(hook.pk), str(relay.pk))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_api_keeps_its_description_whatever_is_asked(scene, method, path, mode):
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", scene.front)
    operation = described[path][method]

    @settings(**HOW, max_examples=EXAMPLES or 10, derandomize=not EXAMPLES)
    @given(operation.as_strategy(generation_mode=mode), NAMES[mode], st.booleans())
    def ask(case: Any, key: str, is_signed: bool) -> None:
        assume(_is_sent_whole(case))
        scene.front.signs = is_signed and not _is_wrong(case, ParameterLocation.HEADER)
        if key:
            scene.place(case, key)
        case.call_and_validate(headers=scene.headers, checks=CHECKS)

    ask()


def _ask_all(cases: Any, scene: Scene, note: Callable[[int], None]) -> None:
    @settings(**HOW, max_examples=10, derandomize=True)
    @given(cases)
    def ask(case: Any) -> None:
        scene.place(case)
        note(case.call(headers=scene.headers).status_code)

    ask()


# 409 comes from the deployment itself: it is not in its watch, and takes no values.
REACHED = {200, 201, 409, 422}


def test_requests_with_real_names_reach_what_they_ask_for(scene):
    """The fuzzing above would hold too if every request ended at a 401 or 404."""
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", scene.front)
    reached: dict[str, set[int]] = {}

    for method, path in ADDRESSES:
        statuses = reached[f"{method} {path}"] = set()
        _ask_all(described[path][method].as_strategy(), scene, statuses.add)
    unreached = {name for name, statuses in reached.items() if not statuses & REACHED}
    assert unreached == set()
    assert Sample.objects.filter(run__gate=scene.gate).exists()


def test_published_description_is_the_committed_one():
    published = Client().get("/api/v1/openapi.json")
    assert published["Content-Type"] == "application/json"
    assert json.loads(describe_api.PAGE.read_text(encoding="utf-8")) == published.json()
    call_command("describe_api", check=True)


def test_command_tells_a_description_that_is_out_of_date(tmp_path, monkeypatch):
    monkeypatch.setattr(describe_api, "PAGE", tmp_path / "openapi.json")
    with pytest.raises(CommandError, match="is out of date"):
        call_command("describe_api", check=True)
    call_command("describe_api")
    call_command("describe_api", check=True)


@pytest.mark.parametrize("name", sorted(DESCRIBED["components"]["schemas"]))
def test_every_example_is_one(name):
    schema = DESCRIBED["components"]["schemas"][name]
    whole = {**schema, "components": DESCRIBED["components"]}
    validator = jsonschema.Draft202012Validator(whole)
    assert [error.message for error in validator.iter_errors(schema["examples"][0])] == []
    if schema["type"] == "object":
        assert set(schema["examples"][0]) == set(schema["properties"])


def test_example_of_a_body_is_one():
    bodies = [
        body
        for method, path in ADDRESSES
        for body in DESCRIBED["paths"][path][method].get("requestBody", NONE)["content"].values()
        if "example" in body
    ]
    for body in bodies:
        jsonschema.validate(body["example"], body["schema"])
    assert len(bodies) == 3  # a report, a delivery of a webhook and one of bounces


def test_names_of_the_addresses_stay():
    names = [DESCRIBED["paths"][path][method]["operationId"] for method, path in ADDRESSES]
    assert sorted(names) == [
        "bounce", "deliver", "deployment", "deployments", "gate", "gates", "incidents", "metrics",
        "readiness", "report", "run", "votes",
    ]  # fmt: skip
