"""The settings that a kind has, and what each may be. The editor and room files read these and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from live_polls.errors import InvalidSettingsError

SettingType = Literal["integer", "boolean", "decimal", "text", "texts", "lines", "choice"]

MAX_TEXT = 80
MAX_TEXTS = 50
# Digits on either side of the point: enough for the people on earth and for what a scale can weigh.
MAX_WHOLE_DIGITS = 12
MAX_PLACES = 4


def N_(text: str) -> str:  # noqa: N802 -- the gettext convention for "mark, translate later"
    """Mark a string for translation; kinds may not import Django, templates translate it."""
    return text


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting. `minimum` and `maximum` bound the value of an "integer", the length of a "text" and of "lines" (one
    text of several lines), the number of "texts"; a whole number whose maximum is None is bounded by the number of options, and that is its default.

    `choices` are the values of a "choice" with their labels, the first is the default. A "decimal" is kept as text
    and may be None: not set. `help` stands under the field of an editor.
    """

    name: str
    label: str
    minimum: int = 0
    default: Any = None
    maximum: int | None = None
    type: SettingType = "integer"
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""

    def parse(self, value: object, n_options: int) -> Any:
        """The value to keep, or InvalidSettingsError; None stands for the default."""
        return _PARSERS[self.type](self, value, n_options)

    def refuse(self, wanted: str) -> InvalidSettingsError:
        return InvalidSettingsError(self.name, f"'{self.name}' must be {wanted}.")


ABSTAIN = SettingField("abstain", N_("People may abstain"), type="boolean")


def _integer(field: SettingField, value: object, n_options: int) -> int:
    top = n_options if field.maximum is None else field.maximum
    if value is None:
        return top if field.default is None else int(field.default)
    # `type(…) is`, because True is an int and 1.0 equals 1.
    if type(value) is not int or not field.minimum <= value <= top:
        raise field.refuse(f"a whole number from {field.minimum} to {top}")
    return value


def _boolean(field: SettingField, value: object, n_options: int) -> bool:
    if value is None:
        return bool(field.default)
    if type(value) is not bool:
        raise field.refuse("true or false")
    return value


def _decimal(field: SettingField, value: object, n_options: int) -> str | None:
    if value is None or value == "":
        return None if field.default is None else str(field.default)
    number = decimal_of(value)
    if number is None:
        raise field.refuse("a number")
    return decimal_text(number)


def _text(field: SettingField, value: object, n_options: int) -> str:
    if value is None:
        return str(field.default or "")
    most = field.maximum or MAX_TEXT
    if not isinstance(value, str) or not _is_plain(value) or len(value.strip()) > most:
        raise field.refuse(f"one line of text of at most {most} characters")
    return " ".join(value.split())


def _is_plain(text: str) -> bool:
    """What disturbs the text around it is not printable; the joiners of emoji and scripts are not either, and harmless.

    domain/texts.py has cleaned what came from a form.
    """
    return text.replace("\u200c", "").replace("\u200d", "").isprintable()


def _lines(field: SettingField, value: object, n_options: int) -> str:
    if value is None:
        return str(field.default or "")
    most = field.maximum or MAX_TEXT
    if not isinstance(value, str) or len(value) > most:
        raise field.refuse(f"a text of at most {most} characters")
    lines = [" ".join(line.split()) for line in value.replace("\t", " ").splitlines()]
    if not all(map(_is_plain, lines)):
        raise field.refuse("plain text")
    return "\n".join(lines).strip("\n")


def _texts(field: SettingField, value: object, n_options: int) -> list[str]:
    if value is None:
        return list(field.default or ())
    most = field.maximum or MAX_TEXTS
    if not isinstance(value, list) or len(value) > most:
        raise field.refuse(f"a list of at most {most} texts")
    one = SettingField(field.name, field.label, type="text")
    return [text for text in (_text(one, text, n_options) for text in value) if text]


def _choice(field: SettingField, value: object, n_options: int) -> str:
    names = [name for name, _ in field.choices]
    if value is None or value == "":
        return str(field.default or names[0])
    if not isinstance(value, str) or value not in names:
        raise field.refuse(f"one of {', '.join(names)}")
    return value


_PARSERS: Mapping[SettingType, Callable[[SettingField, object, int], Any]] = {
    "integer": _integer,
    "boolean": _boolean,
    "decimal": _decimal,
    "text": _text,
    "texts": _texts,
    "lines": _lines,
    "choice": _choice,
}


def decimal_of(value: object) -> Decimal | None:
    """An exact number from text or from a number of a room file; None for what is none, endless or too long.

    No exponents: "1e9" is a slip of the finger in a hall, and "1e999999999" is an attack on whoever writes it out.
    """
    if type(value) not in (int, float, str):
        return None
    text = str(value)
    if len(text) > MAX_WHOLE_DIGITS + MAX_PLACES + 2 or not text.isascii() or not set(text) <= set("0123456789.-"):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_short = number.adjusted() < MAX_WHOLE_DIGITS and -_exponent(number.normalize()) <= MAX_PLACES
    return number if is_short else None


def decimal_text(number: Decimal) -> str:
    """The shortest way to write it: 12.50 is 12.5, and there is no -0."""
    return f"{number.normalize() or Decimal(0):f}"


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
