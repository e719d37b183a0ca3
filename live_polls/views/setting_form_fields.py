"""A setting of a kind as a field of the editor's form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext

from live_polls.domain.texts import clean_line
from live_polls.kinds.settings import MAX_TEXT, SettingField
from live_polls.views.forms import LineField


class LinesField(forms.Field):
    """Short texts, one a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> list[str]:  # Any: forms hand over whatever was posted
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        return [text for text in map(clean_line, lines) if text]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class ParagraphsField(forms.CharField):
    """Plain text of several lines, cleaned as it will be stored."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:  # Any: forms hand over whatever was posted
        return "\n".join(clean_line(line) for line in str(value or "").splitlines()).strip("\n")


def form_field(setting: SettingField) -> forms.Field:
    """The field; what it cleans to is what SettingField.parse takes."""
    more = {"label": gettext(setting.label), "required": False}
    if setting.help:
        more["help_text"] = gettext(setting.help)
    return _FIELDS[setting.type](setting, more)


def _integer(setting: SettingField, more: dict[str, Any]) -> forms.Field:
    placeholder = gettext("all") if setting.default is None else setting.default
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": placeholder})
    return forms.IntegerField(min_value=setting.minimum, max_value=setting.maximum, widget=widget, **more)


def _decimal(setting: SettingField, more: dict[str, Any]) -> forms.Field:
    attrs = {"inputmode": "decimal", "autocomplete": "off", "placeholder": setting.default or ""}
    return LineField(widget=forms.TextInput(attrs=attrs), **more)


def _text(setting: SettingField, more: dict[str, Any]) -> forms.Field:
    attrs = {"dir": "auto", "autocomplete": "off", "placeholder": setting.default or ""}
    return LineField(max_length=setting.maximum or MAX_TEXT, widget=forms.TextInput(attrs=attrs), **more)


def _choice(setting: SettingField, more: dict[str, Any]) -> forms.Field:
    choices = [(name, gettext(label)) for name, label in setting.choices]
    return forms.ChoiceField(choices=choices, initial=setting.default or choices[0][0], **more)


_FIELDS: dict[str, Callable[[SettingField, dict[str, Any]], forms.Field]] = {
    "integer": _integer,
    "boolean": lambda setting, more: forms.BooleanField(initial=bool(setting.default), **more),
    "decimal": _decimal,
    "text": _text,
    "texts": lambda _, more: LinesField(
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "autocomplete": "off"}), **more
    ),
    "lines": lambda setting, more: ParagraphsField(
        max_length=setting.maximum, widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}), **more
    ),
    "choice": _choice,
}
