"""Ballots and counters, as a tutorial would have them."""

from __future__ import annotations

from django.db import models


class Ballot(models.Model):
    participant = models.CharField(max_length=64, unique=True)
    seq = models.PositiveIntegerField()
    option = models.PositiveIntegerField()

    objects: models.Manager[Ballot] = models.Manager()

    def __str__(self) -> str:
        return self.participant


class Tally(models.Model):
    option = models.PositiveIntegerField(unique=True)
    n = models.IntegerField(default=0)

    objects: models.Manager[Tally] = models.Manager()

    def __str__(self) -> str:
        return f"{self.option}: {self.n}"
