"""Settings as another process reads them from its environment."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def test_https_address_makes_login_cookies_secure_and_is_insisted_on(tmp_path):
    settings = _settings(tmp_path, PUBLIC_URL="https://polls.example.org")

    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_HSTS_SECONDS"] > 0
    assert settings["ALLOWED_HOSTS"][0] == "polls.example.org"
    assert settings["ALLOWED_ORIGINS"][0] == "https://polls.example.org"


def test_plain_http_works_in_a_lecture_room(tmp_path):
    settings = _settings(tmp_path, PORT="8123")

    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is False
    assert settings["PUBLIC_URL"].startswith("http://")
    assert settings["PUBLIC_URL"].endswith(":8123")
    assert {"localhost", "127.0.0.1", "[::1]"} <= set(settings["ALLOWED_HOSTS"])
    assert "http://127.0.0.1:8123" in settings["ALLOWED_ORIGINS"]


def test_data_folder_and_key_are_made_on_the_first_start_for_their_owner_alone(tmp_path):
    _settings(tmp_path / "new")

    assert (tmp_path / "new" / "secret_key").exists()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_redis_is_used_when_it_is_named(tmp_path):
    local = _settings(tmp_path)["CHANNEL_LAYERS"]["default"]["BACKEND"]
    shared = _settings(tmp_path, REDIS_URL="redis://127.0.0.1")["CHANNEL_LAYERS"]["default"]["BACKEND"]

    assert local == "channels.layers.InMemoryChannelLayer"
    assert shared == "channels_redis.pubsub.RedisPubSubChannelLayer"


def test_unknown_time_zone_stops_the_start_with_a_sentence(tmp_path):
    answer = _run(tmp_path, TIME_ZONE="Middle/Earth")

    assert answer.returncode != 0
    assert "TIME_ZONE must be a name like Europe/Berlin, not 'Middle/Earth'." in answer.stderr


def test_only_the_development_server_pays_for_twisted(tmp_path):
    asked = [sys.executable, "manage.py", "shell", "--no-imports", "-c", "import sys; print('twisted' in sys.modules)"]
    answer = subprocess.run(
        asked,
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert answer.stdout == "False\n", answer.stderr


def _settings(data_dir: Path, **variables: str) -> dict[str, Any]:
    answer = _run(data_dir, **variables)
    assert answer.returncode == 0, answer.stderr
    settings: dict[str, Any] = json.loads(answer.stdout)
    return settings


def _run(data_dir: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import json, project.settings as s;"
        "print(json.dumps({name: getattr(s, name) for name in dir(s) if name.isupper()}, default=str))"
    )
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), **variables}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
