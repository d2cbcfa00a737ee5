"""The commands that a page of the docs tells its reader to type."""

import re
from pathlib import Path

_FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shell_blocks(page: Path) -> list[str]:
    """The text of each fenced block marked `sh`, in order."""
    return [block.group(1) for block in _FENCE.finditer(page.read_text(encoding="utf-8"))]
