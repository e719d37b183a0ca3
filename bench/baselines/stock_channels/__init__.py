"""Baseline: what the Channels tutorial teaches, with the ORM and the same durable SQLite."""

from __future__ import annotations
