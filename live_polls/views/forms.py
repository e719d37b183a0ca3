"""Forms of the desk. They check what a person can mend field by field; the domain has the last word."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from live_polls.domain.players import checked_teams
from live_polls.domain.retention import MOST_DAYS
from live_polls.domain.starters import starters
from live_polls.domain.texts import clean_line
from live_polls.enums import Asking, Names, ResultsVisibility
from live_polls.errors import InvalidSettingsError
from live_polls.models import Account, Room


class LineField(forms.CharField):
    """One line of plain text, cleaned as it will be stored, so that its length is judged as stored."""

    def to_python(self, value: Any) -> str:  # Any: forms hand over whatever was posted
        return clean_line(super().to_python(value) or "")


class DeskForm(forms.Form):
    """A form that puts the keyboard on its first invalid field."""

    def full_clean(self) -> None:
        super().full_clean()
        self.focus_first_error()

    def focus_first_error(self) -> None:
        first = next((name for name in self.fields if name in self.errors), None)
        for name, field in self.fields.items():
            if first and name == first:
                field.widget.attrs["autofocus"] = True
            elif first:
                field.widget.attrs.pop("autofocus", None)


class RoomForm(DeskForm):
    title = LineField(
        label=_("Title"),
        max_length=120,
        help_text=_("Everyone in the room sees it."),
        error_messages={"required": _("Give the room a title.")},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    results = forms.ChoiceField(
        label=_("Who sees results"),
        choices=ResultsVisibility.choices,
        initial=ResultsVisibility.LIVE,
        help_text=_("Each poll can say otherwise."),
    )
    one_at_a_time = forms.BooleanField(label=_("One poll at a time: opening one closes the one before"), required=False)
    reactions = forms.BooleanField(
        label=_("Reactions and the pulse: taps for the big screen and for the hosts, kept nowhere"),
        required=False,
        initial=True,
    )
    asking = forms.ChoiceField(
        label=_("Questions from the audience"),
        choices=Asking.choices,
        initial=Asking.OFF,
        required=False,
        help_text=_("People ask on their phones and vote for the questions of others."),
    )
    hold_questions = forms.BooleanField(label=_("Each question waits until a moderator approves it"), required=False)
    names = forms.ChoiceField(
        label=_("Names of those who ask"), choices=Names.choices, initial=Names.OPTIONAL, required=False
    )
    teams = forms.CharField(
        label=_("Teams of the quiz"),
        required=False,
        max_length=600,
        help_text=_("With commas between them; empty: everybody plays alone."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    def clean_teams(self) -> list[str]:
        try:
            return checked_teams(self.cleaned_data["teams"].split(","))
        except InvalidSettingsError as error:
            raise forms.ValidationError(gettext(error.message)) from error


class NewRoomForm(RoomForm):
    starter = forms.ChoiceField(
        label=_("Polls to start from"),
        choices=lambda: [("", gettext("None: I write my own")), *((each.name, each.label) for each in starters())],
        required=False,
        help_text=_("You can change and remove them."),
    )


class RetentionForm(DeskForm):
    days = forms.IntegerField(
        label=_("Days to keep people's answers after the end"),
        required=False,
        min_value=0,
        max_value=MOST_DAYS,
        help_text=_("Then counts stay, and ballots, texts, questions and names go. Empty: as the server says."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class DeleteRoomForm(DeskForm):
    title = forms.CharField(
        label=_("Type the title of the room to delete it"),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, room: Room, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room = room

    def clean_title(self) -> str:
        title: str = clean_line(self.cleaned_data["title"])
        if title.casefold() != self.room.title.casefold():
            raise forms.ValidationError(_("This is not the title of the room. Nothing was deleted."))
        return title


class WelcomeForm(DeskForm):
    email = forms.EmailField(
        label=_("Email"),
        help_text=_("You sign in with it. Nothing is sent to it now."),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters, and none that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, Account(email=self.cleaned_data.get("email", "")))
        return password

    def clean_repeated(self) -> str:
        repeated: str = self.cleaned_data["repeated"]
        if "password" in self.cleaned_data and repeated != self.cleaned_data["password"]:
            raise forms.ValidationError(gettext("The two passwords differ."))
        return repeated


class NewAccountForm(WelcomeForm):
    """Of somebody who came by a link that gives a role."""

    name = LineField(
        label=_("Name"),
        max_length=80,
        help_text=_("The other people who run the room see it."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "name", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("Email"),
        help_text=_("You sign in with it. Nothing is sent to it now."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    field_order = ("name", "email", "password", "repeated")
