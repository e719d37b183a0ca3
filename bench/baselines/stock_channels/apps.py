"""The baseline as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class StockChannelsConfig(AppConfig):
    name = "bench.baselines.stock_channels"
    label = "stock_channels"
