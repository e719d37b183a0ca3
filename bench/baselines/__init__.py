"""What the measures compare with, run beside the product in the same minutes."""

from __future__ import annotations
