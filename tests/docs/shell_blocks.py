"""The commands that a page of the docs tells its reader to type."""

import re
from itertools import pairwise
from pathlib import Path

_FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ANY_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shell_blocks(page: Path) -> list[str]:
    """The text of each fenced block marked `sh`, in order."""
    return [block.group(1) for block in _FENCE.finditer(page.read_text(encoding="utf-8"))]


def shown_outputs(page: Path) -> list[tuple[str, str]]:
    """Each block marked `sh` that a block marked `text` follows, with what that one shows of its output."""
    blocks = _ANY_FENCE.findall(page.read_text(encoding="utf-8"))
    return [(typed, shown) for (one, typed), (next_, shown) in pairwise(blocks) if (one, next_) == ("sh", "text")]
