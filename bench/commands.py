"""Commands of a run that end by themselves, each bounded in time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from bench.process import ProcessFailedError
from bench.target import ROOT

COMMAND_SECONDS = 60.0


def run_python(env: Mapping[str, str], *arguments: str, seconds: float = COMMAND_SECONDS) -> str:
    """Run python in the checkout and return its output; raise with the end of it when it fails."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=dict(env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise ProcessFailedError(f"{' '.join(arguments)}\n{(done.stdout + done.stderr)[-1000:]}")
    return done.stdout


def ask_inside(env: Mapping[str, str], *arguments: str) -> Any:
    """Ask `bench.inside` in the settings of a server. Any: each question has an answer of its own shape."""
    return json.loads(run_python(env, "-m", "bench.inside", *arguments))
