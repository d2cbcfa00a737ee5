"""What a plain form sends: every value of each field, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

Form = Mapping[str, Sequence[str]]
"""Every value of each field."""


async def posted(request: Request) -> dict[str, list[str]]:
    """The form of a request."""
    form = await request.form()
    return {name: [str(value) for value in form.getlist(name)] for name in form}


Posted = Annotated[dict[str, list[str]], Depends(posted)]
"""A route's parameter that takes the form."""


def one(form: Form, name: str) -> str:
    """The first value of a field; "" where it was not sent.

    Examples
    --------
    >>> one({"then": ["stop", "next"]}, "then"), one({}, "then")
    ('stop', '')
    """
    return next(iter(form.get(name, ())), "")
