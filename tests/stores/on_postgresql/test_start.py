"""What PostgreSQL allows, and how our connections stand to it."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from live_polls.live import start_checks

pytestmark = pytest.mark.django_db(transaction=True)


def ask(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def test_connections_have_deadlines():
    settings = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "application_name")

    assert [ask(f"SHOW {name}") for name in settings] == ["3s", "30s", "10s", "live_polls"]


def test_transactions_see_what_is_committed_whatever_the_default_of_the_server():
    ask("SELECT set_config('default_transaction_isolation', 'serializable', false)")
    try:
        with transaction.atomic():
            assert ask("SHOW transaction_isolation") == "read committed"
    finally:
        ask("SELECT set_config('default_transaction_isolation', 'read committed', false)")


def test_more_connections_than_the_server_allows_are_said(monkeypatch):
    allowed = int(ask("SHOW max_connections")) - int(ask("SHOW superuser_reserved_connections"))
    pool = connection.settings_dict["OPTIONS"]["pool"]
    monkeypatch.setitem(pool, "max_size", allowed // 4)

    def said(workers: int) -> list[str]:
        return [sentence for sentence in start_checks.warnings(workers=workers) if "connections" in sentence]

    assert said(workers=4) == []
    [sentence] = said(workers=5)
    assert sentence.startswith(f"PostgreSQL allows {allowed} connections, and 5 workers may open {allowed // 4 * 5}")
