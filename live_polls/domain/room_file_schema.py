"""The JSON Schema of room files, for editors: made of what the file and the kinds say about their fields.

docs/room-file.schema.json is this, and a test compares. It says what can be said of one value by itself; the reader
says the rest (two keys alike, a minimum above a maximum), with the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from live_polls.domain.room_file_fields import OPTION_FIELDS, POLL_FIELDS, ROOM_FIELDS, FileField
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import MAX_OPTIONS, SettingField
from live_polls.kinds.settings import MAX_TEXT, MAX_TEXTS

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"  # the newest that editors of TOML know
SLUG = "^[-a-zA-Z0-9_]+$"
NUMBER = r"^-?[0-9]*\.?[0-9]*$"


def schema() -> Schema:
    """The schema, ready for json.dumps."""
    kinds = [{"$ref": f"#/definitions/{name}"} for name in KINDS]
    return {
        "$schema": DRAFT,
        "title": "A room of live_polls",
        "type": "object",
        "required": ["room"],
        "additionalProperties": False,
        "properties": {
            "room": _table(ROOM_FIELDS, required=["slug", "title"]),
            "polls": {"type": "array", "items": {"type": "object", "required": ["kind", "prompt"], "oneOf": kinds}},
        },
        "definitions": {name: _kind(kind) for name, kind in KINDS.items()},
    }


def _kind(kind: Kind) -> Schema:
    fields = {name: field for name, field in POLL_FIELDS.items() if name != "options" or kind.max_options}
    required = ["kind", "prompt", *(["options"] if kind.min_options else [])]
    table = _table(fields, required=required)
    table["description"] = kind.label
    table["properties"]["kind"] = {"const": kind.name, "description": POLL_FIELDS["kind"].help}
    if kind.max_options:
        table["properties"]["options"] |= {
            "minItems": kind.min_options,
            "maxItems": kind.max_options,
            "items": {"anyOf": [_field(OPTION_FIELDS["text"]), _option(kind)]},
        }
    table["properties"] |= {field.name: _setting(field) for field in kind.setting_fields}
    return table


def _option(kind: Kind) -> Schema:
    left_out = {name for name, has in (("right", kind.may_be_right), ("picture", kind.has_pictures)) if not has}
    fields = {name: field for name, field in OPTION_FIELDS.items() if name not in left_out}
    return _table(fields, required=["text"])


def _table(fields: Mapping[str, FileField], *, required: list[str]) -> Schema:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": {name: _field(field) for name, field in fields.items()},
    }


def _field(field: FileField) -> Schema:
    types: dict[str, Schema] = {
        "slug": {"type": "string", "pattern": SLUG},
        "text": {"type": "string"},
        "integer": {"type": "integer"},
        "boolean": {"type": "boolean"},
        "choice": {"enum": list(field.choices)},
        "texts": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
        "options": {"type": "array", "uniqueItems": True},
    }
    said = types[field.type]
    return said | _bounds(said, field.least, field.most) | {"description": field.help}


def _setting(field: SettingField) -> Schema:
    most = field.maximum
    types: dict[str, Schema] = {
        "integer": {"type": "integer", "minimum": field.minimum, "maximum": MAX_OPTIONS if most is None else most},
        "boolean": {"type": "boolean"},
        "decimal": {"type": ["number", "string"], "pattern": NUMBER},
        "text": {"type": "string", "maxLength": most or MAX_TEXT},
        "lines": {"type": "string", "maxLength": most or MAX_TEXT},
        "texts": {"type": "array", "items": {"type": "string", "maxLength": MAX_TEXT}, "maxItems": most or MAX_TEXTS},
        "choice": {"enum": [name for name, _label in field.choices]},
    }
    said = types[field.type]
    default = {} if field.default is None else {"default": field.default}
    return said | default | {"description": " ".join(filter(None, [field.label, field.help]))}


def _bounds(said: Schema, least: int, most: int | None) -> Schema:
    names = {"integer": ("minimum", "maximum"), "string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}
    if said.get("type") not in names:
        return {}
    low, high = names[said["type"]]
    return ({low: least} if least else {}) | ({} if most is None else {high: most})
