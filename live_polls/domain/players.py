"""Who plays in a room's quiz: names, teams, and what a host makes of them.

Names are given in batches, one transaction for all who wait, under the lock of their rooms: so two who want the same
name at once do not both get it, and a hall that names itself costs commits by time, not by head. A player is known by
the voice key, so who comes back with the same phone has the same name, team and score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from live_polls.domain.exclusions import read_barred
from live_polls.domain.held_words import holds_name
from live_polls.domain.names import MAX_TEAM, clean_name, name_key
from live_polls.domain.records import record
from live_polls.domain.texts import clean_line
from live_polls.domain.versions import bump_board, bump_everything, bump_players
from live_polls.enums import RoomState, TextState
from live_polls.errors import (
    InvalidNameError,
    InvalidSettingsError,
    MutedError,
    NameTakenError,
    NotAllowedError,
    PollError,
    RoomEndedError,
    RoomNotFoundError,
)
from live_polls.models import Player, Poll, Room

MAX_TEAMS = 12
# What the log calls it.
_VERBS = {TextState.SHOWN: "show", TextState.HIDDEN: "hide", TextState.HELD: "hold"}


@dataclass(frozen=True, slots=True)
class Naming:
    """The wish of one participant for a name and, where there are teams, for one of them; empty: the smallest."""

    room_id: int
    voice: str
    name: str
    team: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """The player as they are now. `version` of the room includes it."""

    name: str
    team: str
    state: str
    epoch: str
    version: int


def name_players(namings: Sequence[Naming]) -> list[Named | PollError]:
    """Give each participant the name they ask for; one outcome a naming, in their order.

    Repeatable: who has the name already is told so. Until the first question of the room opens a player may change
    it; afterwards, and once a host has given one, it stays.
    """
    outcomes: dict[int, Named | PollError] = {}
    with transaction.atomic(durable=True):
        rooms = _locked_rooms({naming.room_id for naming in namings})
        for room_id in sorted({naming.room_id for naming in namings}):
            places = [place for place, naming in enumerate(namings) if naming.room_id == room_id]
            wishes = [namings[place] for place in places]
            room = rooms.get(room_id)
            found = _Roll(room).name_all(wishes) if room else [RoomNotFoundError() for _ in wishes]
            outcomes.update(zip(places, found, strict=True))
    return [outcomes[place] for place in range(len(namings))]


def rename_player(player: Player, name: str) -> None:
    """Give the player a name that they cannot change themselves, and show it. Repeatable; InvalidNameError, NameTakenError."""
    name = clean_name(name)
    with transaction.atomic():
        _locked_rooms({player.room_id})
        if Player.objects.filter(room=player.room_id, name_key=name_key(name)).exclude(pk=player.pk).exists():
            raise NameTakenError
        _change(player, "rename", name=name, name_key=name_key(name), state=TextState.SHOWN, is_given=True)


def show_player(player: Player) -> None:
    """Let a name that was held or hidden stand on screens. Repeatable."""
    _set_state(player, TextState.SHOWN)


def hide_player(player: Player) -> None:
    """Take the player off every list and board; their own phone goes on counting. Repeatable."""
    _set_state(player, TextState.HIDDEN)


def decide_player(player: Player, state: TextState) -> None:
    """Let the name be held, shown or hidden. Repeatable."""
    _set_state(player, state)


def checked_teams(names: Sequence[str]) -> list[str]:
    """Team names as plain text, none twice; none, or 2 to 12. InvalidSettingsError."""
    teams = [name for name in map(clean_line, names) if name]
    if teams and not 2 <= len(teams) <= MAX_TEAMS:
        raise InvalidSettingsError("teams", f"Give 2 to {MAX_TEAMS} teams, or none.")
    if any(len(name) > MAX_TEAM for name in teams):
        raise InvalidSettingsError("teams", f"The name of a team has at most {MAX_TEAM} characters.")
    if len({name_key(name) for name in teams}) != len(teams):
        raise InvalidSettingsError("teams", "Two teams have the same name.")
    return teams


def set_teams(room: Room, names: Sequence[str]) -> None:
    """Decide for which teams people play. Repeatable.

    Who plays for a team that is no more goes to the smallest that is left.
    """
    teams = checked_teams(names)
    with transaction.atomic():
        _locked_rooms({room.pk})
        if Room.objects.values_list("teams", flat=True).get(pk=room.pk) == teams:
            return
        Room.objects.filter(pk=room.pk).update(teams=teams)
        record(room.pk, "teams", teams=teams)
        roll = _Roll(Room.objects.get(pk=room.pk))
        strays = list(Player.objects.filter(room=room).exclude(team__in=teams).order_by("pk"))
        for player in strays:
            player.team = roll.team_for("")
        Player.objects.bulk_update(strays, ["team"], batch_size=500)
        bump_everything(room.pk)  # the names of the teams are of the layout, who plays for them is not
    room.refresh_from_db()


class _Roll:
    """The players of one room, under its lock."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._sizes: Counter[str] = Counter()
        if room.teams:
            rows = Player.objects.filter(room=room).values_list("team").annotate(Count("pk")).order_by()
            self._sizes.update(dict(rows))

    def team_for(self, wish: str) -> str:
        """The team that is wished for if there is one, else the smallest; "" where nobody plays for a team."""
        teams: list[str] = self._room.teams
        if not teams:
            return ""
        team = wish if wish in teams else min(teams, key=lambda name: self._sizes[name])
        self._sizes[team] += 1
        return team

    def name_all(self, wishes: Sequence[Naming]) -> list[Named | PollError]:
        room = self._room
        if room.state == RoomState.ENDED:
            return [RoomEndedError() for _ in wishes]
        keys = {wish.voice: _key_of(wish.name) for wish in wishes}
        self._barred = read_barred([room.pk], keys)
        self._by_voice = {player.voice: player for player in Player.objects.filter(room=room, voice__in=list(keys))}
        self._by_key = {
            player.name_key: player for player in Player.objects.filter(room=room, name_key__in=list(keys.values()))
        }
        self._has_begun = Poll.objects.filter(room=room, points__gt=0, opened_at__isnull=False).exists()
        self._new: list[Player] = []
        self._renamed: dict[str, Player] = {}
        found = [self._judge(wish) for wish in wishes]
        version = self._write()
        return [
            result
            if isinstance(result, PollError)
            else Named(result.name, result.team, result.state, room.epoch, version)
            for result in found
        ]

    def _judge(self, wish: Naming) -> Player | PollError:
        try:
            name = clean_name(wish.name)
        except InvalidNameError as error:
            return error
        if (self._room.pk, wish.voice) in self._barred:
            return MutedError()
        key, player = name_key(name), self._by_voice.get(wish.voice)
        is_known = player is not None and player.name == name and wish.team in {"", player.team}
        if player is not None and is_known:
            return player
        if player is not None and (self._has_begun or player.is_given or player.state == TextState.HIDDEN):
            return NotAllowedError("Your name and team stay as they are now. A host can change the name.")
        other = self._by_key.get(key)
        if other is not None and other.voice != wish.voice:
            return NameTakenError()
        return self._enter(wish, name, player)

    def _enter(self, wish: Naming, name: str, player: Player | None) -> Player:
        state = TextState.HELD if holds_name(self._room, name) else TextState.SHOWN
        if player is None:
            player = Player(room=self._room, voice=wish.voice, team=self.team_for(wish.team))
            self._new.append(player)
        else:
            self._by_key.pop(player.name_key, None)
            if wish.team in self._room.teams:
                player.team = wish.team
            if player.pk:
                self._renamed[wish.voice] = player
        player.name, player.name_key, player.state = name, name_key(name), state
        self._by_voice[wish.voice] = self._by_key[player.name_key] = player
        return player

    def _write(self) -> int:
        """Write who is new and who has another name; the version of the room that includes it."""
        for player in self._renamed.values():
            # One by one, the old names first: two may swap theirs.
            Player.objects.filter(pk=player.pk).update(name_key=f"\t{player.pk}")
        for player in self._renamed.values():
            player.save(update_fields=["name", "name_key", "team", "state"])
        Player.objects.bulk_create(self._new)
        if self._renamed:
            return bump_board(self._room.pk)
        if self._new:
            return bump_players(self._room.pk, [player.voice for player in self._new])
        return self._room.version


def _key_of(raw: str) -> str:
    try:
        return name_key(clean_name(raw))
    except InvalidNameError:
        return ""


def _locked_rooms(room_ids: set[int]) -> dict[int, Room]:
    """The rooms as they are now, locked until commit. Whoever locks polls has locked them before the room."""
    list(Room.objects.select_for_update(no_key=True).filter(pk__in=room_ids).order_by("pk").values_list("pk"))
    return Room.objects.in_bulk(room_ids)


def _set_state(player: Player, state: TextState) -> None:
    with transaction.atomic():
        _locked_rooms({player.room_id})
        _change(player, _VERBS[state], state=state)


def _change(player: Player, verb: str, **values: object) -> None:
    same = Player.objects.filter(pk=player.pk, **values)
    if not same.exists() and Player.objects.filter(pk=player.pk).update(**values):
        record(player.room_id, verb, player)
        bump_board(player.room_id)
    player.refresh_from_db()
