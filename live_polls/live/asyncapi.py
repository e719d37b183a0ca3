"""The AsyncAPI 3 document of the socket, made from the message types, so that it cannot say anything else."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from live_polls.live import commands, messages

# What a server says about a socket that it closes; docs/protocol.md has the table.
CLOSE_CODES = {
    1001: "The page or the server goes away: reconnect with full jitter.",
    1006: "The network broke: reconnect with full jitter.",
    1012: "The server restarts: reconnect after the `retry_ms` of `bye`.",
    1013: "Try again later: reconnect with full jitter.",
    messages.CLOSE_BAD_INPUT: "Too much that was not a message.",
    messages.CLOSE_UNKNOWN_IDENTITY: "The token is not one of this room, or no hello came: join anew, once.",
    messages.CLOSE_FORBIDDEN: "Signed in, but without a role in this room.",
    messages.CLOSE_NOT_FOUND: "There is no such room.",
    messages.CLOSE_TOO_SLOW: "The peer did not read for 10 s.",
    messages.CLOSE_REPLACED: "The participant has too many connections: the oldest gave way.",
    messages.CLOSE_TOO_MUCH: "Too many messages.",
}

CLIENT_MESSAGES = get_args(commands.ClientMessage)
SERVER_MESSAGES = get_args(messages.ServerMessage)


def document() -> dict[str, Any]:
    """The whole document, ready for JSON; the same on every call."""
    every = (*CLIENT_MESSAGES, *SERVER_MESSAGES)
    _, schemas = msgspec.json.schema_components(every, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": messages.SUBPROTOCOL,
            "version": "1.0.0",
            "description": "JSON text frames, one object a frame. Every state is absolute and carries (epoch, version).",
            "license": {"name": "BSD-3-Clause"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "room": {
                "address": "/ws/rooms/{joinCode}",
                "parameters": {"joinCode": {"description": "Six characters, upper case, without the space."}},
                "messages": {_name(message): _ref("messages", message) for message in every},
            }
        },
        "operations": {
            "say": _operation("receive", "What a client says to the server.", CLIENT_MESSAGES),
            "hear": _operation("send", "What the server says to a client.", SERVER_MESSAGES),
        },
        "components": {
            "messages": {_name(message): _message(message) for message in every},
            "schemas": schemas,
        },
    }


def type_of(message: type[msgspec.Struct]) -> str:
    """The word on the wire: the `type` of a message."""
    return str(message.__struct_config__.tag)


def _operation(action: str, summary: str, types: tuple[type[msgspec.Struct], ...]) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/room"},
        "messages": [{"$ref": f"#/channels/room/messages/{_name(message)}"} for message in types],
    }


def _message(message: type[msgspec.Struct]) -> dict[str, Any]:
    summary = " ".join((message.__doc__ or "").split())
    return {
        "name": type_of(message),
        **({"summary": summary} if summary else {}),
        "payload": {"$ref": f"#/components/schemas/{message.__name__}"},
    }


def _name(message: type[msgspec.Struct]) -> str:
    return message.__name__


def _ref(section: str, message: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/{section}/{_name(message)}"}
