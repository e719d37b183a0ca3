"""Write TOML: strings, numbers, lists and tables in one line. tomllib only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LONGEST_LINE = 100
SHORT = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r", '"': r"\"", "\\": r"\\"}
ESCAPES = {code: f"\\u{code:04X}" for code in [*range(32), 127]} | {ord(sign): name for sign, name in SHORT.items()}


def pair(name: str, value: object) -> str:
    """A line `name = value`; a list that is too long for one line has one for each element."""
    line = f"{name} = {written(value)}"
    if isinstance(value, list) and value and len(line) > LONGEST_LINE:
        elements = "".join(f"  {written(element)},\n" for element in value)
        return f"{name} = [\n{elements}]"
    return line


def written(value: object) -> str:
    """A value as TOML has it. TypeError for what TOML has not."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {written(inner)}' for name, inner in value.items())} }}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(written, value))}]"
    raise TypeError(value)


def _text(text: str) -> str:
    """Lines of their own where the text has some: people edit it."""
    if "\n" not in text:
        return f'"{text.translate(ESCAPES)}"'
    lines = "\n".join(line.translate(ESCAPES) for line in text.split("\n"))
    return f'"""\n{lines}"""'
