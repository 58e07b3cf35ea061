"""The cluster's compose file and image, read as text: no container engine is needed."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
import yaml

from pipelines import TELEMETRY_OFF
from pipelines.night.user_key import key_file

DOCKER = Path(__file__).resolve().parents[2] / "docker"
TEXT = re.sub(r"(?m)^#.*$", "", (DOCKER / "compose.yaml").read_text())
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
AIRFLOW = sorted(name for name in SERVICES if name.startswith("airflow-"))

SECRET = re.compile(r"PASSWORD|SECRET|KEY|AUTH$")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?:(:?[-?+])([^}]*))?\}")
READ_BY_COMPOSE_ITSELF = {"COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES"}


def example() -> dict[str, str]:
    """.env.example as names and values."""
    lines = (DOCKER / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled(tmp_path: Path, **changes: str) -> Path:
    """An env file in which every empty value of the example has one."""
    values = {name: value or f"made-up-{name.lower()}" for name, value in example().items()}
    values |= {"COMPOSE_PROFILES": "", "TORCH_INDEX_URL": "", "NIGHTSHELF_SOURCES": str(tmp_path)} | changes
    file = tmp_path / "env"
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return file


def is_one_shot(service: dict) -> bool:
    return service.get("restart") == "no"


def test_the_file_follows_the_compose_specification():
    spec = importlib.util.spec_from_file_location("compose_schema", Path(__file__).with_name("compose_schema.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    jsonschema.Draft202012Validator.check_schema(module.COMPOSE_SCHEMA)
    jsonschema.Draft202012Validator(module.COMPOSE_SCHEMA).validate(COMPOSE)


def test_the_file_sets_no_project_name_and_no_version():
    assert "name" not in COMPOSE
    assert "version" not in COMPOSE


def test_every_service_of_the_topology_is_there():
    expected = {"postgres", "redis", "spark-master", "spark-worker", "mlflow"}
    for part in ["init", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "worker-gpu"]:
        expected.add(f"airflow-{part}")
    assert set(SERVICES) == expected


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_or_runs_once(name):
    service = SERVICES[name]
    assert is_one_shot(service) or {"test", "interval", "timeout", "retries"} <= service["healthcheck"].keys()


def test_only_init_runs_once_and_the_other_airflow_services_wait_for_its_success():
    assert [name for name in SERVICES if is_one_shot(SERVICES[name])] == ["airflow-init"]
    for name in set(AIRFLOW) - {"airflow-init"}:
        assert SERVICES[name]["depends_on"]["airflow-init"] == {"condition": "service_completed_successfully"}


def test_a_service_that_must_be_healthy_first_has_a_health_check():
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]


def test_a_secret_has_no_default_and_its_message_tells_how_to_make_it():
    secret = [match for match in VARIABLE.finditer(TEXT) if SECRET.search(match[1])]
    assert len({match[1] for match in secret}) == 9
    for _, operator, message in (match.groups() for match in secret):
        assert operator == ":?"
        assert "docker/.env" in message


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_written_in_the_file(name):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(variable):
            assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), variable
        if password := re.search(r"//\w*:(.+)@", str(value)):
            assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", password[1]), variable


def test_no_secret_is_part_of_a_command_line():
    for service in SERVICES.values():
        in_command = VARIABLE.finditer(str(service.get("command", "")))
        assert {match[1] for match in in_command} <= {"AIRFLOW_WORKER_QUEUES"}


def test_the_example_names_what_the_file_uses_and_nothing_else():
    assert set(example()) - READ_BY_COMPOSE_ITSELF == {match[1] for match in VARIABLE.finditer(TEXT)}


def test_the_example_gives_the_defaults_of_the_file_and_no_secret():
    for name, operator, default in (match.groups() for match in VARIABLE.finditer(TEXT)):
        assert example()[name] == ("" if operator == ":?" else default)


def test_every_variable_of_the_example_is_described():
    lines = (DOCKER / ".env.example").read_text().splitlines()
    for above, line in pairwise(lines):
        assert "=" not in line or line.startswith("#") or re.match(r"# .{20,}", above), line


def test_all_airflow_services_share_one_environment():
    shared = COMPOSE["x-airflow"]["environment"]
    for key in (
        "API_AUTH__JWT_SECRET",
        "API__SECRET_KEY",
        "CORE__FERNET_KEY",
        "CORE__EXECUTION_API_SERVER_URL",
    ):
        assert f"AIRFLOW__{key}" in shared
    for key in ("DATABASE__SQL_ALCHEMY_CONN", "CELERY__BROKER_URL", "CELERY__RESULT_BACKEND"):
        assert f"AIRFLOW__{key}" in shared
    for name in AIRFLOW:
        extra = {"AIRFLOW_ADMIN_PASSWORD"} if name == "airflow-init" else set()
        environment = SERVICES[name]["environment"]
        assert {key: value for key, value in environment.items() if key not in extra} == shared


def test_usage_reports_are_off_in_every_service_of_the_image():
    for name, service in SERVICES.items():
        if service["image"].startswith("nightshelf:"):
            assert TELEMETRY_OFF.items() <= service["environment"].items(), name


def test_driver_and_executors_see_the_same_folders():
    def mounts(name):
        return {v if isinstance(v, str) else (v["source"], v["target"]) for v in SERVICES[name]["volumes"]}

    shared = mounts("airflow-worker") & mounts("spark-worker")
    assert {"shop:/shop"} < shared
    assert len(shared) == 2


def test_ports_are_open_to_this_machine_only_and_do_not_clash():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)
    values = example()
    assert len({values["AIRFLOW_PORT"], values["MLFLOW_PORT"], values["SPARK_UI_PORT"]}) == 3


def test_the_gpu_queue_is_served_with_and_without_a_gpu():
    assert SERVICES["airflow-worker"]["command"][-1] == "${AIRFLOW_WORKER_QUEUES:-default,gpu}"
    worker = SERVICES["airflow-worker-gpu"]
    assert worker["command"][-1] == "gpu"
    assert worker["profiles"] == ["gpu"]
    assert worker["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
    assert [name for name in SERVICES if "profiles" in SERVICES[name]] == ["airflow-worker-gpu"]


def test_the_image_is_built_once_from_the_root_and_never_pulled():
    assert [name for name in SERVICES if "build" in SERVICES[name]] == ["airflow-init"]
    assert SERVICES["airflow-init"]["build"]["context"] == ".."
    for service in SERVICES.values():
        ours = service["image"].startswith("nightshelf:")
        assert ours == (service.get("pull_policy") == "never")


def test_every_named_volume_and_mounted_file_exists():
    for service in SERVICES.values():
        for source in (v.split(":")[0] for v in service.get("volumes", []) if isinstance(v, str)):
            assert (DOCKER / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_the_image_uses_the_locks_uv_and_no_root():
    dockerfile = (DOCKER / "Dockerfile").read_text()
    lock = (DOCKER.parent / "requirements.lock").read_text().splitlines()
    assert re.search(r"uv==[\d.]+", dockerfile)[0] in lock
    assert re.findall(r"^USER (.+)", dockerfile, re.M) == ["10001"]
    assert not re.search(r"https?://", dockerfile)


def test_only_listed_files_go_to_the_builder():
    lines = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {"!requirements.lock", "!pyproject.toml", "!setup.cfg"} < set(rules)
    assert {"!dags", "!demo_shop", "!pipelines", "!recommender", "!spark_jobs", "!training"} < set(rules)


def goes_to_the_builder(path: str) -> bool:
    """Whether `path`, from the repository root, is sent: the last rule that matches it or a folder above it decides."""
    sent = True
    for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = re.escape(line.removeprefix("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if re.fullmatch(f"{pattern}(/.*)?", path):
            sent = line.startswith("!")
    return sent


@pytest.mark.parametrize("home", ["shop", "pipelines/shop", "training/deep/er/shop"])
def test_no_key_of_user_ids_goes_to_the_builder(home):
    key = key_file(DOCKER.parent / home).relative_to(DOCKER.parent)
    assert goes_to_the_builder("pipelines/night/user_key.py")
    assert not goes_to_the_builder(str(key))


@pytest.fixture(scope="session")
def compose() -> list[str]:
    """The command of Docker Compose 2 or later, which reads a file without a container engine."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            answer = subprocess.run([*command, "version", "--short"], capture_output=True, text=True).stdout
            if answer.strip().lstrip("v").split(".")[0] >= "2":
                return command
    pytest.skip("neither `docker compose` nor a `docker-compose` of version 2 or later is installed here")


def configure(compose: list[str], env_file: Path, *options: str) -> subprocess.CompletedProcess:
    command = [*compose, "--file", DOCKER / "compose.yaml", "--env-file", env_file, *options]
    clean = {name: value for name, value in os.environ.items() if name not in example()}
    return subprocess.run([*command, "config", "--format", "json"], capture_output=True, text=True, env=clean)


def test_compose_reads_the_file(compose, tmp_path):
    result = configure(compose, filled(tmp_path), "--profile", "gpu")
    assert set(json.loads(result.stdout)["services"]) == set(SERVICES), result.stderr


@pytest.mark.parametrize("name", sorted(name for name in example() if SECRET.search(name)))
def test_compose_stops_at_a_missing_secret_and_names_it(compose, tmp_path, name):
    result = configure(compose, filled(tmp_path, **{name: ""}))
    assert result.stdout == ""
    assert f"required variable {name} is missing a value" in result.stderr
