"""`/metrics` tells operators, and nobody else, what goes on."""

from __future__ import annotations

import pytest
from django.test import Client

from live_polls.errors import PollClosedError
from live_polls.live.metrics import exposition, record_batch


def test_metrics_answers_this_machine(client: Client) -> None:
    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert b"live_polls_sockets" in answer.content


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7", "not an address"])
def test_metrics_does_not_exist_for_others(client: Client, address: str) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404


@pytest.mark.parametrize(("header", "status"), [("Bearer s3cret", 200), ("Bearer other", 404), ("", 404)])
def test_metrics_asks_for_the_token_when_there_is_one(client: Client, settings, header: str, status: int) -> None:
    settings.METRICS_TOKEN = "s3cret"

    answer = client.get("/metrics", REMOTE_ADDR="192.0.2.7", headers={"Authorization": header})

    assert answer.status_code == status


def test_metrics_count_refusals_by_code() -> None:
    def refused() -> float:
        lines = exposition().decode().splitlines()
        found = [line for line in lines if line.startswith('live_polls_refusals_total{code="closed"}')]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    before = refused()
    record_batch([PollClosedError(), PollClosedError()], seconds=0.01, waited=0.0)

    assert refused() == before + 2
