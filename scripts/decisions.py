"""Write the table of docs/decisions/README.md from the titles: ``python -m scripts.decisions``."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "decisions"
_TITLE = re.compile(r"^# (\d{4})[.:]?\s+(?:·\s*)?(.+)$", re.MULTILINE)


def index() -> str:
    """The index as it should be. Raises ValueError for a decision whose first heading is not "# NNNN. Title"."""
    head, _, _ = (FOLDER / "README.md").read_text().partition("|---|---|\n")
    rows = [_row(file) for file in sorted(FOLDER.glob("[0-9]*.md"))]
    return head + "|---|---|\n" + "".join(rows)


def _row(file: Path) -> str:
    match = _TITLE.search(file.read_text())
    if match is None or not file.name.startswith(match[1]):
        raise ValueError(f"{file.name} does not begin with '# {file.name[:4]}. Title'")
    return f"| [{match[1]}]({file.name}) | {match[2]} |\n"


if __name__ == "__main__":
    text = index()
    (FOLDER / "README.md").write_text(text)
