"""docker-compose.yml as Compose reads it: YAML with variables of the environment put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

from tests.server_process import ROOT

FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::-([^}]*))?\})")


def compose(environment: Mapping[str, str]) -> dict[str, Any]:
    """The whole file under this environment."""
    return dict(_interpolated(YAML(typ="safe").load(FILE.read_text("utf-8")), environment))


def config(name: str) -> str:
    """The text of one of its inline configuration files."""
    return str(compose({})["configs"][name]["content"])


def _interpolated(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _interpolated(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_interpolated(item, environment) for item in value]
    if not isinstance(value, str):
        return value

    def put_in(match: re.Match[str]) -> str:
        dollar, name, default = match.groups()
        return "$" if dollar else environment.get(name) or default or ""

    return VARIABLE.sub(put_in, value)
