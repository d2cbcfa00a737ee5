"""What a browser would send of a form as it stands on a page: what is not shown, or not chosen, is not sent."""

from __future__ import annotations

from html.parser import HTMLParser


def fields_of(page: str, form: str = "design") -> dict[str, list[str]]:
    """Every value of each field of the form of that id, as a browser without a script sends them."""
    read = _Reader(form)
    read.feed(page)
    return read.fields


class _Reader(HTMLParser):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.inside, self.fields = form, False, dict[str, list[str]]()
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.inside = told.get("id") == self.form
        if not self.inside:
            return
        if tag == "input" and told.get("name"):
            is_left = told.get("type") in ("checkbox", "radio") and "checked" not in told
            if not is_left and told.get("type") not in ("submit", "file"):
                self._send(told["name"] or "", told.get("value") or "")
        if tag == "select":
            self.select, self.options = told.get("name"), []
        if tag == "option":
            self.options.append((told.get("value") or "", "selected" in told))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "select" and self.inside and self.select:
            chosen = [value for value, is_chosen in self.options if is_chosen] or [self.options[0][0]]
            self._send(self.select, chosen[-1])

    def _send(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)
