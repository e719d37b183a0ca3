"""Bring the plan of a room file to life: all of it in one transaction, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from live_polls.domain import lifecycle, polls, rooms
from live_polls.domain.asking import edit_asking
from live_polls.domain.entry import lock_room, set_entry, unlock_room
from live_polls.domain.held_words import set_words
from live_polls.domain.players import set_teams
from live_polls.domain.records import record
from live_polls.domain.retention import set_retention
from live_polls.domain.room_file_checks import Mistake, RoomFileError
from live_polls.domain.room_file_keys import default_key, option_keys, poll_keys
from live_polls.domain.room_loading_pictures import DrawnPictures
from live_polls.domain.room_plan import PollPlan, RoomPlan
from live_polls.domain.versions import bump_layout
from live_polls.enums import PollState, Role
from live_polls.errors import PollError, PollHasBallotsError
from live_polls.models import Account, Membership, Option, Poll, Room


@dataclass(frozen=True, slots=True)
class LoadedRoom:
    """The room as it is now. `changed` is false when the file said nothing new."""

    room: Room
    created: bool
    changed: bool


def load_room(plan: RoomPlan, *, host: Account | None = None) -> LoadedRoom:
    """Create the room with this slug, or bring it to what the plan says. Repeatable: the same plan changes nothing.

    Polls and options are the same as before when their keys are; keyed polls that the plan does not have are
    removed. What would falsify ballots is refused with RoomFileError, and then nothing at all is written.
    """
    pictures = DrawnPictures(plan)
    try:
        return _load_room(plan, host, pictures)
    except IntegrityError:
        # Somebody made the room with this slug at the same moment: now it is there, and the plan goes on from it.
        return _load_room(plan, host, pictures)


def _load_room(plan: RoomPlan, host: Account | None, pictures: DrawnPictures) -> LoadedRoom:
    with transaction.atomic():
        room = Room.objects.filter(slug=plan.slug).first()
        before = room.version if room else None
        if room is None:
            room = rooms.create_room(title=plan.title, results=plan.results, slug=plan.slug)
        if host is not None:
            _make_host(room, host)
        loading = _Loading(room, plan, pictures)
        loading.load_polls()
        loading.load_room()  # after the polls: rooms are locked last
        if loading.refusals:
            raise RoomFileError(loading.refusals)
    room.refresh_from_db()
    return LoadedRoom(room, created=before is None, changed=room.version != before or loading.is_unseen)


def _make_host(room: Room, host: Account) -> None:
    if not Membership.objects.filter(room=room, account=host, role=Role.HOST).exists():
        Membership.objects.update_or_create(room=room, account=host, defaults={"role": Role.HOST})
        record(room.pk, "role", host, role=Role.HOST.value)


@dataclass(slots=True)
class _Loading:
    room: Room
    plan: RoomPlan
    pictures: DrawnPictures
    refusals: list[Mistake] = field(default_factory=list)
    is_unseen: bool = False  # whether something changed that no screen shows, and so without a new version

    def load_polls(self) -> None:
        # Locked as every writer of ballots locks them: what has no ballots now gets none before commit.
        list(Poll.objects.select_for_update(no_key=True).filter(room=self.room).order_by("pk").values_list("pk"))
        if self.plan.entry is not None:
            set_entry(self.room, self.plan.entry)  # before the polls: a round that opens takes it over
        stored = list(Poll.objects.filter(room=self.room).order_by("position", "pk"))
        by_key = dict(zip(poll_keys([(poll.key, poll.prompt) for poll in stored]), stored, strict=True))
        planned = {poll.key for poll in self.plan.polls}
        for poll in stored:
            if poll.key and poll.key not in planned:
                self._remove(poll)
        loaded = [self._load(by_key.get(poll.key), poll) for poll in self.plan.polls]
        self._put_in_order([poll for poll in loaded if poll is not None])

    def load_room(self) -> None:
        plan = self.plan
        rooms.edit_room(
            self.room,
            title=plan.title,
            results=plan.results,
            one_at_a_time=plan.one_at_a_time,
            reactions=plan.reactions,
        )
        edit_asking(self.room, asking=plan.asking, hold=plan.hold_questions, names=plan.names)
        if plan.teams is not None:
            self._load_teams(plan.teams)
        if plan.locked is not None:
            (lock_room if plan.locked else unlock_room)(self.room)
        if plan.retention_days is not None:
            self.is_unseen |= set_retention(self.room, plan.retention_days)
        self._load_words()

    def _load_words(self) -> None:
        """Each list by itself: one that the file does not have stays as it is."""
        held, allowed = self.plan.held_words, self.plan.allowed_words
        self.is_unseen |= set_words(
            self.room,
            self.room.word_list if held is None else "\n".join(held),
            self.room.allow_list if allowed is None else "\n".join(allowed),
        )

    def _load_teams(self, teams: tuple[str, ...]) -> None:
        try:
            set_teams(self.room, teams)
        except PollError as error:
            self.refusals.append(Mistake(self.plan.line, str(error)))

    def _load(self, poll: Poll | None, plan: PollPlan) -> Poll | None:
        """Create or edit one poll; a refusal is noted, so that all of them are heard at once."""
        try:
            plan = self.pictures.keep(self.room, plan)
            if poll is None:
                return self._create(plan)
            self._edit(poll, plan)
        except PollError as error:
            self.refusals.append(Mistake(plan.line, str(error)))
        return poll

    def _create(self, plan: PollPlan) -> Poll:
        poll = polls.add_poll(self.room, plan.draft, key=plan.key)
        _name_options(poll, plan)
        if plan.state in {PollState.OPEN, PollState.CLOSED}:
            lifecycle.open_poll(poll)
        if plan.state == PollState.CLOSED:
            lifecycle.close_poll(poll)
        if plan.state == PollState.ARCHIVED:
            lifecycle.archive_poll(poll)
        return poll

    def _edit(self, poll: Poll, plan: PollPlan) -> None:
        try:
            polls.edit_poll(poll, plan.draft)
        except PollHasBallotsError:
            if not _is_rewording(poll, plan):
                raise PollHasBallotsError(
                    _(
                        "People are voting in this poll or have voted: its prompt, kind, settings and options must "
                        "stay as they are. Give the new poll another “key”."
                    )
                ) from None
            _reword(poll, plan)
            polls.edit_poll(poll, plan.draft)
        Poll.objects.filter(pk=poll.pk).exclude(key=plan.key).update(key=plan.key)
        _name_options(poll, plan)

    def _remove(self, poll: Poll) -> None:
        if polls.has_ballots(poll):
            kept = _("The poll “%(key)s” is missing, but people have voted in it. Put it back, or delete it by hand.")
            self.refusals.append(Mistake(self.plan.line, kept % {"key": poll.key}))
        else:
            polls.remove_poll(poll)

    def _put_in_order(self, loaded: list[Poll]) -> None:
        """Give the polls of the file its order, in the places they hold; polls made elsewhere stay where they are."""
        order = list(Poll.objects.filter(room=self.room).order_by("position", "pk"))
        wanted = iter(loaded)
        target = [next(wanted) if poll in loaded else poll for poll in order]
        for position, poll in enumerate(target):
            if order[position] != poll:
                polls.move_poll(poll, position=position)
                order.remove(poll)
                order.insert(position, poll)


def _is_rewording(poll: Poll, plan: PollPlan) -> bool:
    """Whether only spelling differs: the same words in the prompt, and the same options, by key, in their order."""
    keys = option_keys([(option.key, option.text) for option in poll.options.all()])
    return (
        (poll.kind, poll.settings) == (plan.draft.kind, plan.draft.settings)
        and default_key(poll.prompt) == default_key(plan.draft.prompt)
        and keys == [option.key for option in plan.options]
    )


def _reword(poll: Poll, plan: PollPlan) -> None:
    Poll.objects.filter(pk=poll.pk).update(prompt=plan.draft.prompt)
    for number, option in enumerate(plan.options, start=1):
        Option.objects.filter(poll=poll, number=number).update(text=option.text)
    record(poll.room_id, "edit", poll)
    bump_layout(poll.room_id)


def _name_options(poll: Poll, plan: PollPlan) -> None:
    """Keep the keys of the options, so that a text can be corrected later. No screen shows them: no new version."""
    stored = list(poll.options.values_list("key", flat=True))
    for number, option in enumerate(plan.options, start=1):
        if stored[number - 1] != option.key:
            Option.objects.filter(poll=poll, number=number).update(key=option.key)
