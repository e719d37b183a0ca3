"""docker-compose.yml and the Dockerfile, as far as they can be checked without a Docker engine."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from project.env import VARIABLES
from tests.operations.compose import FILE, compose, config
from tests.server_process import ROOT, free_port
from tests.stores.binaries import redis_program
from tests.stores.processes import StoreProcess, is_runnable, own_folder

SERVICES = compose({})["services"]
OURS = ["secrets", "migrate", "web-1", "web-2"]
NODES = ["web-1", "web-2"]
LASTING = ["web-1", "web-2", "postgresql", "valkey", "caddy"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def names_in_our_environment() -> set[str]:
    return {name for service in OURS for name in SERVICES[service].get("environment", {})}


def test_the_file_is_what_the_compose_specification_allows():
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout


def test_the_whole_topology_is_there():
    assert sorted(SERVICES) == sorted([*OURS, "postgresql", "valkey", "caddy"])


def test_each_variable_of_a_node_is_one_that_the_settings_read():
    known = {variable.name for variable in VARIABLES.values()}
    known |= {f"{variable.name}_FILE" for variable in VARIABLES.values() if variable.secret}
    assert names_in_our_environment() - known == set()


def test_each_default_of_a_node_is_the_one_of_the_settings():
    for name, value in SERVICES["web-1"]["environment"].items():
        if name in VARIABLES and name not in {"PUBLIC_URL", "FORWARDED_ALLOW_IPS"}:
            assert value == VARIABLES[name].default, name


def test_secrets_come_by_file_only():
    secret = {variable.name for variable in VARIABLES.values() if variable.secret}
    assert names_in_our_environment() & secret == set()
    # Nodes have no way out to a mail server, and a new installation has no former key.
    made = {f"{name}_FILE" for name in secret - {"EMAIL_URL", "SECRET_KEY_FALLBACKS"}}
    assert names_in_our_environment() & {f"{name}_FILE" for name in secret} == made
    assert SERVICES["postgresql"]["environment"].keys() & {"POSTGRES_PASSWORD"} == set()


def test_the_nodes_are_alike():
    first, second = (SERVICES[node] for node in NODES)
    assert first | {"hostname": ""} == second | {"hostname": ""}


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_may_do_nothing_but_its_work(service):
    it = SERVICES[service]
    assert (it["read_only"], it["cap_drop"], it["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert it.get("cap_add", []) == (["NET_BIND_SERVICE"] if service == "caddy" else [])
    assert "privileged" not in it


@pytest.mark.parametrize("service", LASTING)
def test_what_lasts_is_watched_started_again_and_given_time_to_end(service):
    it = SERVICES[service]
    assert it["restart"] == "unless-stopped"
    assert it["healthcheck"]["test"]
    assert service == "valkey" or int(it["stop_grace_period"].removesuffix("s")) >= 20


@pytest.mark.parametrize("service", [*NODES, "caddy", "valkey"])
def test_each_phone_finds_an_open_file(service):
    assert SERVICES[service]["ulimits"]["nofile"] >= 65536 > int(VARIABLES["MAX_SOCKETS"].default) * 2


def test_everything_starts_after_what_it_needs_and_migrations_run_once():
    after = {name: it["depends_on"] for name, it in SERVICES.items() if "depends_on" in it}
    done, healthy = {"condition": "service_completed_successfully"}, {"condition": "service_healthy"}
    assert after == {
        "postgresql": {"secrets": done},
        "valkey": {"secrets": done},
        "migrate": {"secrets": done, "postgresql": healthy},
        "web-1": {"migrate": done, "valkey": healthy},
        "web-2": {"migrate": done, "valkey": healthy},
        "caddy": {"web-1": healthy, "web-2": healthy},
    }
    assert [name for name in OURS if "migrate" in SERVICES[name]["command"]] == ["migrate"]


def test_only_the_proxy_is_reachable_and_only_the_proxy_is_believed():
    networks = compose({})["networks"]
    assert [name for name, it in SERVICES.items() if "ports" in it] == ["caddy"]
    assert [name for name, it in networks.items() if not it.get("internal")] == ["edge"]
    assert {name: it.get("networks") for name, it in SERVICES.items()} == {
        "secrets": None,
        **{key: ["front", "stores"] for key in ("migrate", *NODES)},
        **{key: ["stores"] for key in ("postgresql", "valkey")},
        "caddy": ["edge", "front"],
    }
    assert SERVICES["secrets"]["network_mode"] == "none"
    [subnet] = networks["front"]["ipam"]["config"]
    for node in NODES:
        assert ip_network(SERVICES[node]["environment"]["FORWARDED_ALLOW_IPS"]) == ip_network(subnet["subnet"])


def test_one_address_reaches_nodes_and_proxy():
    services = compose({"PUBLIC_URL": "https://polls.example.org"})["services"]
    addresses = {services[name]["environment"]["PUBLIC_URL"] for name in (*NODES, "caddy")}
    assert addresses == {"https://polls.example.org"}
    assert services["caddy"]["environment"]["NODES"].split() == [f"{services[node]['hostname']}:8000" for node in NODES]


def test_the_client_programs_in_our_image_are_those_of_the_database_server():
    version = SERVICES["postgresql"]["image"].removeprefix("postgres:")
    assert f"postgresql-client-{version} " in DOCKERFILE


def made_secrets(folder):
    for name in ("web", "postgresql", "valkey"):
        (folder / name).mkdir(exist_ok=True)
    made = subprocess.run([sys.executable, "-c", config("make_secrets"), str(folder)], check=False)
    assert made.returncode == 0
    return {str(path.relative_to(folder)): path.read_text() for path in folder.glob("*/*")}


def test_secrets_are_made_once_and_fit_together(tmp_path):
    made = made_secrets(tmp_path)

    assert made_secrets(tmp_path) == made
    assert sorted(f"/run/secrets/{name}" for name in made if name.startswith("web/")) == sorted(
        value for name, value in SERVICES["web-1"]["environment"].items() if name.endswith("_FILE")
    )
    assert len(made["web/secret_key"].strip()) >= 32
    assert f":{made['postgresql/password'].strip()}@postgresql:5432/" in made["web/database_url"]
    assert f":{made['valkey/password'].strip()}@valkey:6379/" in made["web/redis_url"]
    assert made["valkey/valkey.conf"].startswith(f"requirepass {made['valkey/password'].strip()}\n")
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*/*")} == {0o444}


def test_the_settings_of_valkey_let_in_who_knows_the_password():
    valkey = StoreProcess(redis_program(), own_folder("compose"))
    if not is_runnable(valkey.program):
        valkey.program = Path(shutil.copy(valkey.program, valkey.folder))
    made, port = made_secrets(valkey.folder), free_port()

    def answers(password: str | None) -> bool:
        try:
            with Redis(port=port, password=password, socket_timeout=5) as client:
                return bool(client.ping())
        except RedisConnectionError:
            return False

    conf = str(valkey.folder / "valkey" / "valkey.conf")
    try:
        valkey.start(
            [conf, "--port", str(port), "--bind", "127.0.0.1"], lambda: answers(made["valkey/password"].strip())
        )
        assert not answers(None)
        assert not answers("wrong")
    finally:
        valkey.kill()
        shutil.rmtree(valkey.folder)


def test_secrets_that_somebody_brought_stay(tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "secret_key").write_text("their own\n")

    assert made_secrets(tmp_path)["web/secret_key"] == "their own\n"


def test_the_image_is_built_in_stages_from_hashed_packages_and_runs_as_nobody_special():
    assert len(re.findall(r"^FROM ", DOCKERFILE, re.MULTILINE)) == 2
    assert "--require-hashes --only-binary :all:" in DOCKERFILE
    assert DOCKERFILE.index("USER live_polls") < DOCKERFILE.index('CMD ["sh"')
    assert re.search(r"^HEALTHCHECK .*/readyz", DOCKERFILE, re.MULTILINE | re.DOTALL)


def test_nothing_reaches_the_image_that_is_not_named():
    first, *named = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert first == "*"
    assert {name for name in named if name.startswith("!")} == {
        *("!CHANGELOG.md", "!LICENSE", "!manage.py", "!project", "!live_polls", "!frontend", "!requirements/base.txt")
    }
