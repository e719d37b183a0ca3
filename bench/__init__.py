"""Bounded measurements: ratios against baselines of the same run. They print, and judge nothing."""

from __future__ import annotations
