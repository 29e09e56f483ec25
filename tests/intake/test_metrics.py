"""What a document calls a number becomes the key of the service's metric."""

from __future__ import annotations

from html import unescape

from django.urls import reverse

from deployments.models import Deployment
from intake.exporting import exported
from intake.models import SourceDocument
from intake.reimport.services import difference, import_onto
from intake.review import services as review
from intake.services import create, import_document
from intake.templates import save_as_template
from tests.builders import Team, make_environment, make_team, signed_in
from tests.monitoring.metrics.makers import make_metric

SOURCE = b"""# Release 8
**Target Environment**: Production

## Rollback triggers
- Cache hit ratio drops below 70%
- Error rate exceeds 5%

## Quality gates
- [ ] Cache hit ratio > 85%
"""


def take(team: Team) -> SourceDocument:
    return review.upload(SOURCE, "next.md", service=team.service, actor=team.release_manager)


def conditions(deployment: Deployment) -> list[str]:
    return [one.condition for one in deployment.triggers.order_by("position")]


def brought(team: Team) -> Deployment:
    return import_document(SOURCE, "next.md", service=team.service.key, actor=team.release_manager)


def test_condition_names_the_key_of_what_the_text_means(team: Team) -> None:
    make_metric(team, "hit_rate", title="Hit rate", aliases=("CACHE-HIT RÂTIO",), unit="%")
    deployment = brought(team)
    assert conditions(deployment) == ["hit_rate < 70 %", "error_rate > 5 %"]
    assert deployment.gates.get().condition == "hit_rate > 85 %"
    signed = deployment.content_version.content["monitoring"]["triggers"]
    assert {one["condition"] for one in signed} == {"hit_rate < 70 %", "error_rate > 5 %"}


def test_metric_made_later_changes_no_plan(team: Team) -> None:
    deployment = brought(team)
    before = deployment.content_hash
    make_metric(team, "hit_rate", aliases=("cache hit ratio",))
    deployment.refresh_from_db()
    assert (deployment.content_hash, conditions(deployment)[0]) == (
        before,
        "cache_hit_ratio < 70 %",
    )


def test_metric_of_another_service_means_nothing_here(team: Team) -> None:
    make_metric(make_team("search", "s_"), "hit_rate", aliases=("cache hit ratio",))
    assert conditions(brought(team))[0] == "cache_hit_ratio < 70 %"


def test_same_document_again_shows_what_it_means_by_now(team: Team) -> None:
    deployment = brought(team)
    assert difference(take(team), deployment).changed == 0
    make_metric(team, "hit_rate", aliases=("cache hit ratio",))
    import_onto(SOURCE, "next.md", deployment, actor=team.release_manager)
    assert conditions(deployment)[0] == "hit_rate < 70 %"
    assert difference(take(team), deployment).changed == 0


def test_exported_plan_comes_back_as_it_was(team: Team) -> None:
    deployment = brought(team)
    make_metric(team, "hit_rate", aliases=("cache hit ratio",))
    again = import_document(
        exported(deployment, "yaml").encode(), "plan.yaml", service=None,
        actor=team.release_manager,
    )  # fmt: skip
    assert again.content_hash == deployment.content_hash


def test_template_is_mapped_when_it_becomes_a_plan(team: Team) -> None:
    version = save_as_template(brought(team).pk, "Backend", actor=team.release_manager)
    make_metric(team, "hit_rate", aliases=("cache hit ratio",))
    made = create(
        team.service, make_environment(), package="Next", template=version,
        actor=team.release_manager,
    )  # fmt: skip
    assert conditions(made)[0] == "hit_rate < 70 %"


def test_review_lists_what_it_could_not_map_with_the_acts(team: Team) -> None:
    document, client = take(team), signed_in(team.release_manager)
    make_metric(team, "errors", aliases=("error rate",))
    page = unescape(client.get(document.get_absolute_url()).content.decode())
    assert "<code>error_rate</code> is <code>errors</code>" in page
    assert "“cache_hit_ratio < 70 %”" in page
    assert "key=cache_hit_ratio&title=Cache+hit+ratio&unit=%25" in page
    answer = client.post(
        reverse("monitoring:metric_alias", args=[team.service.key]),
        {"name": "cache_hit_ratio", "metric": "errors", "back": document.get_absolute_url()},
    )
    assert answer["Location"] == document.get_absolute_url()
    page = unescape(client.get(document.get_absolute_url()).content.decode())
    assert "Add as metric" not in page
    made = review.make_deployment(document.pk, actor=team.release_manager)
    assert conditions(made) == ["errors < 70 %", "errors > 5 %"]
