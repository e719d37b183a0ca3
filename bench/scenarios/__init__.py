"""One scenario a file: each returns its figures and leaves nothing behind."""

from __future__ import annotations
