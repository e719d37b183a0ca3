"""The form of a poll: one for every kind, made from what each kind says about its settings.

Options are one growing list of inputs with the same name. Its buttons (add, up, down, remove) are submits that only
send back the rearranged form, so the list grows without JavaScript too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from live_polls.domain.polls import COUNTDOWN_RANGE, MAX_OPTION_TEXT, MAX_PROMPT, PollDraft
from live_polls.domain.texts import clean_line
from live_polls.enums import ResultsVisibility
from live_polls.errors import InvalidSettingsError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import letter
from live_polls.models import Poll
from live_polls.views.forms import DeskForm, LineField
from live_polls.views.setting_form_fields import form_field

LEAST_LINES = 4
OUT_OF_COUNTDOWN = _("A countdown takes 5 to 3600 seconds.")
REARRANGE = ("add_option", "option_up", "option_down", "option_remove", "preview")


class OptionLines(forms.Widget):
    """Every input called `option`, in order, blank lines included."""

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> list[str]:
        return data.getlist("option") if isinstance(data, QueryDict) else list(data.get("option", ()))


class OptionsField(forms.Field):
    widget = OptionLines

    def clean(self, value: Any) -> list[str]:  # Any: the base class says so
        texts = [text for text in map(clean_line, value or ()) if text]
        for number, text in enumerate(texts, start=1):
            if len(text) > MAX_OPTION_TEXT:
                raise forms.ValidationError(
                    gettext("Option %(key)s is longer than %(most)s characters."),
                    params={"key": letter(number), "most": MAX_OPTION_TEXT},
                )
        return texts


class PollForm(DeskForm):
    longest_option = MAX_OPTION_TEXT
    focus_line = 0  # the option line that asks for the focus after the list was rearranged; 0 is none

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
        texts = list(poll.options.values_list("text", flat=True))
        defaults = KINDS[poll.kind].parse_settings({}, len(texts))
        own = {name: value for name, value in poll.settings.items() if value != defaults.get(name)}
        asked = {"prompt": poll.prompt, "kind": poll.kind, "options": texts}
        settings = {f"{poll.kind}-{name}": value for name, value in own.items()}
        return cls(initial={**asked, "seconds": poll.seconds, "results": poll.results or "", **settings})

    @classmethod
    def rearranged(cls, post: QueryDict) -> PollForm | None:
        """What was typed, unjudged, after one of the list's own buttons; None when it was not one of them."""
        if not any(name in post for name in REARRANGE):
            return None
        typed = {name: post.get(name, "") for name in cls().fields}
        texts, line = _rearrange(post)
        form = cls(initial={**typed, "options": texts})
        form.focus_line = line
        return form

    def draft(self) -> PollDraft:
        """What the host decided, for the domain."""
        kind, said = KINDS[self.cleaned_data["kind"]], self.cleaned_data
        named = {setting.name: said.get(f"{kind.name}-{setting.name}") for setting in kind.setting_fields}
        return PollDraft(
            kind=kind.name,
            prompt=said["prompt"],
            options=said["options"],
            settings={name: value for name, value in named.items() if value is not None},
            seconds=said["seconds"],
            results=said["results"],
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

    def option_lines(self) -> list[tuple[int, str, str]]:
        """(number, letter, text) for each input: what is there, and blank ones to go on."""
        texts = list(self["options"].value() or ())
        texts += [""] * max(LEAST_LINES - len(texts), 0)
        return [(number, letter(number), text) for number, text in enumerate(texts, start=1)]


def _rearrange(post: QueryDict) -> tuple[list[str], int]:
    """The lines after the button was pressed, and the number of the line to go on with."""
    texts = post.getlist("option")
    if "add_option" in post:
        return [*texts, ""], len(texts) + 1
    for name, step in (("option_up", -1), ("option_down", 1), ("option_remove", 0)):
        line = _line_number(post.get(name, ""), len(texts))
        if line and 1 <= line + step <= len(texts):
            text = texts.pop(line - 1)
            if name != "option_remove":
                texts.insert(line - 1 + step, text)
            return texts, max(1, min(line + step, len(texts)))
    return texts, 0


def _line_number(text: str, n_lines: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= n_lines else 0
