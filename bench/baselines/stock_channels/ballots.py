"""One ballot, one ORM transaction."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Sum

from bench.baselines.stock_channels.models import Ballot, Tally


@transaction.atomic
def cast_ballot(*, participant: str, seq: int, option: int) -> int:
    """Store or change a ballot, move the counters, return how many ballots there are."""
    old = Ballot.objects.filter(participant=participant).first()
    if old is None:
        Ballot.objects.create(participant=participant, seq=seq, option=option)
    else:
        Ballot.objects.filter(pk=old.pk).update(seq=seq, option=option)
        Tally.objects.filter(option=old.option).update(n=F("n") - 1)
    if not Tally.objects.filter(option=option).update(n=F("n") + 1):
        Tally.objects.create(option=option, n=1)
    n_ballots: int = Tally.objects.aggregate(total=Sum("n"))["total"]
    return n_ballots
