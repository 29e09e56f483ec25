from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from deployments.models import Deployment
from gates import services
from gates.models import GateRun
from gates.panels import gate_page, gates_panel
from gates.reports import Result
from gates.runner import execute
from tests.builders import make_machine, make_proof
from tests.gates.makers import make_gate, make_http_gate

EVERYTHING = frozenset({"see_service", "tick_items", "edit_deployments", "operate_deployments"})


def drawn(deployment: Deployment, may: frozenset[str] = EVERYTHING) -> str:
    deployment.refresh_from_db()
    context = {**gates_panel(deployment), "deployment": deployment, "may": may}
    return render_to_string("gates/_panel.html", context)


def test_panel_costs_the_same_for_one_gate_and_for_thirty(
    team, deployment, server, django_assert_num_queries
):
    make_http_gate(deployment, server)
    services.request_all(deployment, actor=team.member)
    with django_assert_num_queries(3):
        drawn_with(deployment)
    for n in range(30):
        make_http_gate(deployment, server, title=f"Health {n}")
    gate = make_gate(deployment)
    services.report_by_hand(
        gate, Result("good", "1", evidence="log"), reporter=team.security, proof=make_proof()
    )
    services.request_all(deployment, actor=team.member)
    with django_assert_num_queries(3):
        drawn_with(deployment)


def drawn_with(deployment: Deployment) -> str:
    context = {**gates_panel(deployment), "deployment": deployment, "may": EVERYTHING}
    return render_to_string("gates/_panel.html", context)


def test_panel_holds_nothing_personal(deployment, server):
    make_http_gate(deployment, server)
    make_gate(deployment)
    page = drawn(deployment)
    assert "csrf" not in page.lower()
    assert "<form" not in page
    assert page.count('id="gates-panel"') == 1


def test_panel_shows_the_live_run_beside_the_verdict(team, deployment, server):
    gate = make_http_gate(deployment, server)
    services.request_run(gate, actor=team.member)
    assert "Waiting for a worker" in drawn(deployment)


def test_panel_shows_value_condition_and_reporter(deployment):
    gate = make_gate(deployment, condition="hits > 85 %", claim="86 %", line=28)
    services.report(gate, Result(value="86.4", unit="%"), reporter=make_machine())
    page = drawn(deployment)
    assert "86.4 % is more than 85 %" in page
    assert "<code>hits &gt; 85 %</code>" in page
    assert "reported by Ci" in page
    assert "by hand" not in page
    assert "The document claims" not in page


def test_panel_shows_what_was_measured(team, deployment, server):
    gate = make_http_gate(deployment, server)
    execute(services.request_run(gate, actor=team.member).pk)
    page = drawn(deployment)
    assert "1 of 1 green" in page
    assert "Measured <time" in page
    assert f"{server.url}/health" in page


@pytest.mark.parametrize("may", [frozenset({"see_service"}), frozenset()])
def test_panel_has_no_run_button_for_those_who_only_read(deployment, server, may):
    make_http_gate(deployment, server)
    assert "<button" not in drawn(deployment, may)
    assert "Add a gate" not in drawn(deployment, may)


def test_panel_says_why_nothing_can_be_run_after_the_start(deployment, server):
    make_http_gate(deployment, server)
    Deployment.objects.update(state="closed")
    page = drawn(deployment)
    assert "Gates are run before the start; the deployment is closed." in page
    assert "<button" not in page


def test_requesting_many_runs_costs_as_many_queries_as_few(team, deployment, server):
    from django.db import connection

    counts = []
    for many in (1, 20):
        for n in range(many):
            make_http_gate(deployment, server, title=f"Health {many} {n}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.request_all(deployment, actor=team.member)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_running_set_shows_how_many_are_measured(team, deployment, server):
    first = make_http_gate(deployment, server, title="First")
    make_http_gate(deployment, server, title="Second")
    make_gate(deployment, title="Reported")
    services.request_all(deployment, actor=team.member)
    assert "0 of 2 measured" in drawn(deployment)
    execute(first.runs.get().pk)
    assert "1 of 2 measured" in drawn(deployment)
    execute(GateRun.objects.live().get().pk)
    assert "measured</span>" not in drawn(deployment)


def test_page_of_a_gate_whose_run_ended_while_it_was_read_asks_once_more(team, deployment, server):
    gate = make_http_gate(deployment, server)
    run = services.request_run(gate, actor=team.member)
    seen = deployment.gates.as_of_now().get(pk=gate.pk)
    assert gate_page(seen, None)["is_live"]
    execute(run.pk)

    assert gate_page(seen, None)["is_live"]
    assert not gate_page(deployment.gates.as_of_now().get(pk=gate.pk), None)["is_live"]
