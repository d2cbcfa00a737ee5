"""`arrears serve`: says where it is, refuses a taken port, prints further links and keys, stops cleanly."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from arrears.clock import SystemClock
from serving.people import access
from serving.people.people import disable_person
from tests.served import serving

ARREARS = str(Path(sys.executable).parent / "arrears")


def run(database, folder, *words):
    environment = os.environ | {
        "ARREARS_ROOT": str(folder),
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
    }
    command = [ARREARS, "serve", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


def test_a_taken_port_is_refused_in_three_lines(database, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = run(database, tmp_path, "--port", str(taken.getsockname()[1]))
    assert told.returncode == 2
    assert [line.split(":")[0] for line in told.stderr.splitlines()] == ["asked", "found", "do"]


def test_a_further_link_opens_the_running_service(served):
    told = run(served.engine, served.log.parent, "--new-link", "--json", "--port", served.address.rsplit(":", 1)[1])
    link = httpx.URL(json.loads(told.stdout)["sign_in"])
    assert httpx.get(link).status_code == 303


def test_a_key_opens_the_api(served):
    key = run(served.engine, served.log.parent, "--new-key").stdout.strip()
    answer = httpx.get(f"{served.address}/v1/queues", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200


def test_it_listens_on_this_machine_alone(served):
    assert served.address.startswith("http://127.0.0.1:")
    port = int(served.address.rsplit(":", 1)[1])
    addresses = {ip for _, _, _, _, (ip, *_) in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for ip in addresses - {"127.0.0.1", "127.0.1.1"}:
        with socket.socket() as caller:
            caller.settimeout(2)
            assert caller.connect_ex((ip, port)) != 0


def test_a_users_own_models_py_does_not_stand_in_for_ours(database, demo_lake, no_registry, tmp_path):
    (tmp_path / "models.py").write_text("raise RuntimeError('the wrong models')")
    with serving(database, demo_lake.root, no_registry, tmp_path) as service, service.client() as client:
        assert client.get("/v1/models").json()["models"] == []


def test_a_polite_stop_ends_it_with_success(database, demo_lake, no_registry, tmp_path):
    with serving(database, demo_lake.root, no_registry, tmp_path) as service:
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=30) == 0


def test_where_its_own_manager_is_disabled_it_prints_no_link(database, no_registry, tmp_path):
    access.new_link_token(database, now=SystemClock().now())
    disable_person(database, access.MANAGER, who="test", now=SystemClock().now())
    with serving(database, tmp_path / "lake", no_registry, tmp_path) as service:
        assert service.first_link is None
    told = run(database, tmp_path, "--new-link")
    assert (told.returncode, told.stdout) == (4, "")


def test_nobody_is_told_that_we_serve():
    code = "import serving.service, bentoml._internal.utils.analytics.usage_stats as u; print(u.do_not_track())"
    environment = {name: value for name, value in os.environ.items() if "TRACK" not in name}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=True)
    assert told.stdout.strip() == "True"
