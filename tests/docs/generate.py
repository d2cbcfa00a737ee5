"""Writes the generated pages of docs/reference: `python -m tests.docs.generate`.

The pages say what the code says of commands, settings and tables; a test compares them with what would be written now.
"""

from pathlib import Path

from tests.docs.reference import reference_pages

if __name__ == "__main__":
    for file, text in reference_pages().items():
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(text, encoding="utf-8")
