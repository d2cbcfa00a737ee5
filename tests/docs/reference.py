"""The text of every generated page of docs/reference, made from what it documents."""

from importlib import import_module
from importlib.resources import files
from pathlib import Path

from typer.main import get_command

from commands.main import COMMANDS
from tests.docs.conduct_reference import conduct_page
from tests.docs.outcomes_reference import outcomes_page

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
_MADE = "*Written by `make docs`; edit what it documents, not this page.*\n"


def reference_pages() -> dict[Path, str]:
    """Each generated page's file and text."""
    return {
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "conduct.md": conduct_page(_MADE),
        REFERENCE / "outcomes.md": outcomes_page(_MADE),
        REFERENCE / "tables.md": tables_page(),
    }


def commands_page() -> str:
    """Every command with its arguments, options and their help."""
    parts = ["# Commands\n", _MADE]
    for name, (module, sentence) in COMMANDS.items():
        parts.append(f"## `arrears {name}`\n\n{sentence}\n")
        parts.extend(_options(get_command(import_module(module).app), name))
    return "\n".join(parts)


def settings_page() -> str:
    """The defaults with their comments, which are the settings' documentation."""
    text = files("arrears").joinpath("defaults.toml").read_text(encoding="utf-8")
    return (
        f"# Settings\n\n{_MADE}\nA source folder's `portfolio.toml` may override any of these.\n\n```toml\n{text}```\n"
    )


def tables_page() -> str:
    """Every source table with its key and columns."""
    from arrears.tables import TABLES

    parts = ["# Source tables\n", _MADE]
    for table in TABLES.values():
        parts.append(f"## `{table.name}`\n\n{table.sentence}\n\nKey: {', '.join(f'`{name}`' for name in table.key)}.\n")
        parts.append("| column | kind | | meaning |\n|---|---|---|---|")
        for column in table.columns:
            choices = f" One of {', '.join(column.choices)}." if column.choices else ""
            needed = "required" if column.required else ""
            parts.append(f"| `{column.name}` | {column.kind} | {needed} | {column.sentence}{choices} |")
        parts.append("")
    return "\n".join(parts)


def _options(command: object, name: str) -> list[str]:
    subcommands = getattr(command, "commands", None)
    if subcommands:
        parts: list[str] = []
        for sub, inner in subcommands.items():
            parts.append(f"### `arrears {name} {sub}`\n\n{(inner.help or '').strip()}\n")
            parts.extend(_options(inner, f"{name} {sub}"))
        return parts
    lines = [
        f"| `{_spelled(parameter)}` | {(getattr(parameter, 'help', None) or '').strip()} |"
        for parameter in command.params  # type: ignore[attr-defined]
        if parameter.name != "help"
    ]
    return ["| option | meaning |\n|---|---|", *lines, ""] if lines else []


def _spelled(parameter: object) -> str:
    name, metavar = str(getattr(parameter, "name", "")), getattr(parameter, "metavar", None)
    if getattr(parameter, "param_type_name", "") == "argument":
        return str(metavar or name.upper())
    return " ".join([", ".join(getattr(parameter, "opts", [])), metavar or ""]).strip()
