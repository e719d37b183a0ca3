"""Check that links between the documents lead somewhere, and that the table of variables is the one in the code."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from project.env import markdown_table  # noqa: E402

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")


def main() -> int:
    """Print what is wrong; return whether anything is."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    mistakes = [mistake for document in sorted(documents) for mistake in broken_links(document)]
    if markdown_table() not in (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"):
        mistakes.append("docs/configuration.md: the table is not what `python -m project.env` prints")
    for mistake in mistakes:
        sys.stderr.write(f"{mistake}\n")
    return bool(mistakes)


def broken_links(document: Path) -> list[str]:
    """Return a sentence for each link of the document to a file or heading that does not exist."""
    text = CODE.sub("", FENCED.sub("", document.read_text(encoding="utf-8")))
    broken = []
    for link in LINK.findall(text):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            broken.append(f"{document.relative_to(ROOT)}: {link} does not exist")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            broken.append(f"{document.relative_to(ROOT)}: {link} names no heading")
    return broken


def anchors(document: Path) -> set[str]:
    """Return the names under which the headings of a document are linked."""
    headings = HEADING.findall(FENCED.sub("", document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    sys.exit(main())
