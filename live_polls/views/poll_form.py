"""The form of a poll: one for every kind, made from what each kind says about its settings.

Options are one growing list of inputs with the same name. Its buttons (add, up, down, remove) are submits that only
send back the rearranged form, so the list grows without JavaScript too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from live_polls.domain.pictures import PictureView
from live_polls.domain.polls import (
    COUNTDOWN_RANGE,
    MAX_ALT,
    MAX_EXPLANATION,
    MAX_OPTION_TEXT,
    MAX_POINTS,
    MAX_PROMPT,
    PollDraft,
    draft_of,
)
from live_polls.enums import ResultsVisibility
from live_polls.errors import InvalidSettingsError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.single_choice import SingleChoice
from live_polls.models import Poll
from live_polls.views.forms import DeskForm, LineField
from live_polls.views.option_lines import OptionLine, OptionSaid, OptionsField, lines_to_show, rearrange
from live_polls.views.setting_form_fields import form_field

LEAST_LINES = 4
OUT_OF_COUNTDOWN = _("A countdown takes 5 to 3600 seconds.")
REARRANGE = (
    *("add_option", "option_up", "option_down", "option_remove", "option_bare", "picture_bare", "yes_no"),
    "preview",
)


class PollForm(DeskForm):
    longest_option = MAX_OPTION_TEXT
    asks_meaning = False  # whether to ask if what was written still means the same
    focus_line = 0  # the option line that asks for the focus after the list was rearranged; 0 is none
    refusals: Mapping[str, str] = {}  # {file: why the picture was not taken}
    pictures: Mapping[str, PictureView] = {}  # those that stand in the form, by digest

    prompt = LineField(
        label=_("Question"),
        max_length=MAX_PROMPT,
        error_messages={"required": _("Write the question.")},
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("How people answer"),
        choices=lambda: [(kind.name, gettext(kind.label)) for kind in KINDS.values()],
        initial=lambda: next(iter(KINDS)),
        widget=forms.RadioSelect,
    )
    options = OptionsField(label=_("Options"), required=False)
    picture = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    picture_alt = LineField(
        label=_("What the picture shows"),
        max_length=MAX_ALT,
        required=False,
        help_text=_("Read out to those who cannot see it. Empty: it only decorates."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    explanation = LineField(
        label=_("Explanation"),
        max_length=MAX_EXPLANATION,
        required=False,
        help_text=_("Shown with what is right, once voting is closed and results are shown."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "autocomplete": "off"}),
    )
    points = forms.IntegerField(
        label=_("Points"),
        required=False,
        min_value=0,
        max_value=MAX_POINTS,
        help_text=_("More than 0 makes it a quiz question: then ballots are not secret from hosts."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": 0}),
    )
    by_speed = forms.BooleanField(label=_("The sooner, the more points"), required=False)
    seconds = forms.IntegerField(
        label=_("Countdown in seconds"),
        required=False,
        min_value=COUNTDOWN_RANGE.start,
        max_value=COUNTDOWN_RANGE.stop - 1,
        help_text=_("Empty: voting runs until you close it."),
        error_messages={"min_value": OUT_OF_COUNTDOWN, "max_value": OUT_OF_COUNTDOWN},
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    results = forms.ChoiceField(
        label=_("Who sees results"),
        choices=[("", _("As the room says")), *ResultsVisibility.choices],
        required=False,
        help_text=_("For this poll only."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS.values():
            for setting in kind.setting_fields:
                self.fields[f"{kind.name}-{setting.name}"] = form_field(setting)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        kind = KINDS.get(said.get("kind", ""))
        if kind and kind.max_options == 0:
            said["options"] = []  # lines typed for another kind before this one was picked
        if kind and not kind.can_be_scored:
            said["points"], said["by_speed"] = None, False  # likewise
        if kind and len(said.get("options", ())) < kind.min_options and "options" not in self.errors:
            self.add_error("options", gettext("Give at least %(least)s options.") % {"least": kind.min_options})
        return said

    @classmethod
    def to_begin_with(cls, copied: Poll | None) -> PollForm:
        """The form of a new poll, empty or like another one, ready to type into."""
        form = cls.of_poll(copied) if copied else cls()
        form.fields["prompt"].widget.attrs["autofocus"] = True
        return form

    @classmethod
    def of_poll(cls, poll: Poll) -> PollForm:
        """The form as the poll stands; settings that are the kind's own defaults are left empty."""
        draft = draft_of(poll)
        options = [
            OptionSaid(text, digest, number in draft.right)
            for number, (text, digest) in enumerate(
                zip_longest(draft.options, draft.option_pictures, fillvalue=""), start=1
            )
        ]
        defaults = KINDS[poll.kind].parse_settings({}, len(options))
        own = {name: value for name, value in poll.settings.items() if value != defaults.get(name)}
        asked: dict[str, Any] = {"prompt": poll.prompt, "kind": poll.kind, "options": options}
        asked |= {"picture": draft.picture, "picture_alt": draft.picture_alt, "explanation": draft.explanation}
        asked |= {"points": draft.points or None, "by_speed": draft.by_speed}
        settings = {f"{poll.kind}-{name}": value for name, value in own.items()}
        return cls(initial={**asked, "seconds": poll.seconds, "results": poll.results or "", **settings})

    @classmethod
    def rearranged(cls, post: QueryDict) -> PollForm | None:
        """What was typed, unjudged, after one of the list's own buttons; None when it was not one of them."""
        if not any(name in post for name in REARRANGE):
            return None
        typed = {name: post.get(name, "") for name in cls().fields}
        lines, line = rearrange(post)
        if "yes_no" in post:
            typed["kind"] = SingleChoice.name
        form = cls(initial={**typed, "options": lines})
        form.focus_line = line
        return form

    @property
    def says_same_meaning(self) -> bool:
        """Whether the host has said that only a mistake was mended."""
        return bool(self.data.get("same_meaning"))

    def draft(self) -> PollDraft:
        """What the host decided, for the domain."""
        kind, said = KINDS[self.cleaned_data["kind"]], self.cleaned_data
        named = {setting.name: said.get(f"{kind.name}-{setting.name}") for setting in kind.setting_fields}
        return PollDraft(
            kind=kind.name,
            prompt=said["prompt"],
            options=[line.text for line in said["options"]],
            settings={name: value for name, value in named.items() if value is not None},
            seconds=said["seconds"],
            results=said["results"],
            right={
                number for number, line in enumerate(said["options"], start=1) if line.is_right and kind.may_be_right
            },
            explanation=said["explanation"],
            points=said["points"] or 0,
            by_speed=said["by_speed"],
            picture=said["picture"],
            picture_alt=said["picture_alt"],
            option_pictures=[line.picture for line in said["options"]] if kind.has_pictures else (),
        )

    def refuse(self, error: InvalidSettingsError) -> None:
        """Show the domain's refusal at the field it names, in the words of this form."""
        kind, message = KINDS[self.cleaned_data["kind"]], gettext(error.message)
        for setting in kind.setting_fields:
            message = message.replace(f"'{setting.name}'", f"“{gettext(setting.label)}”")
        names = (f"{kind.name}-{error.field}", error.field)
        self.add_error(next((name for name in names if name in self.fields), None), message)
        self.focus_first_error()

    def kind_cards(self) -> Iterator[tuple[forms.boundfield.BoundWidget, Kind, list[forms.BoundField]]]:
        """Each kind's radio button with the settings that belong to it."""
        for radio, kind in zip(self["kind"], KINDS.values(), strict=True):
            yield radio, kind, [self[f"{kind.name}-{setting.name}"] for setting in kind.setting_fields]

    def option_lines(self) -> list[OptionLine]:
        """What is there, and blank lines to go on."""
        said = self["options"].value() or ()
        return lines_to_show(said, least=LEAST_LINES, pictures=self.pictures, refusals=self.refusals)

    def digests(self) -> set[str]:
        """The pictures that stand in the form."""
        return {self["picture"].value() or "", *(line.picture for line in self["options"].value() or ())}

    def poll_picture(self) -> PictureView | None:
        return self.pictures.get(self["picture"].value() or "")
