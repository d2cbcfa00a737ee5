"""Which columns of the source tables a feature really reads, found in its compiled expression and not in its name.

A column counts wherever it decides a value or which rows are summed up: in a term, a filter, a join, a group, an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import ibis.expr.operations as ops
from ibis import ir

from arrears.tables import TABLES

Reads = frozenset[str]
"""Columns as `table.column` in files' names; `table.column=value` where only that value is asked for."""

_NOTHING: Reads = frozenset()
_ADDS_COLUMNS_ONLY = frozenset({"left", "any_left", "asof"})


def lineage(answer: ir.Table, names: Iterable[str]) -> Mapping[str, Reads]:
    """What each named column of an unbound table is made of.

    Examples
    --------
    >>> from features.facts import lake_table
    >>> contacts = lake_table("contacts")
    >>> rows = contacts.filter(contacts.disposition == "cease")
    >>> sorted(lineage(rows.group_by("debtor_id").agg(calls=rows.count()), ["calls"])["calls"])
    ['contacts.debtor_id', 'contacts.disposition=cease']
    """
    walk = _Walk()
    whole: ops.Relation = answer.op()
    return {name: walk.column(whole, name) | walk.rows(whole) for name in names}


class _Walk:
    """One walk over a graph of relations, each asked once."""

    def __init__(self) -> None:
        self._columns: dict[tuple[ops.Relation, str], Reads] = {}
        self._rows: dict[ops.Relation, Reads] = {}

    def column(self, relation: ops.Relation, name: str) -> Reads:
        """What decides one column's values."""
        key = (relation, name)
        if key not in self._columns:
            self._columns[key] = self._column(relation, name)
        return self._columns[key]

    def rows(self, relation: ops.Relation) -> Reads:
        """What decides which rows there are."""
        if relation not in self._rows:
            self._rows[relation] = self._decides_rows(relation)
        return self._rows[relation]

    def _column(self, relation: ops.Relation, name: str) -> Reads:
        match relation:
            case ops.UnboundTable():
                return frozenset({_told(relation.name, name)}) if relation.name in TABLES else _NOTHING
            case ops.Set():
                return self.column(relation.left, name) | self.column(relation.right, name)
            case ops.Aggregate():
                return self.value(relation.values[name]) | self.rows(relation.parent)
            case ops.JoinChain():
                value = relation.values[name]
                found = self.value(value)
                sources = {field.rel for field in value.find(ops.Field, filter=ops.Value)}
                for link in relation.rest:
                    if link.table in sources:
                        found |= self.rows(link.table) | self._values(link.predicates)
                return found
        if name in relation.values:
            return self.value(relation.values[name])
        return self._everything(relation)

    def _decides_rows(self, relation: ops.Relation) -> Reads:
        match relation:
            case ops.PhysicalTable():
                return _NOTHING
            case ops.Set():
                return self.rows(relation.left) | self.rows(relation.right)
            case ops.JoinChain():
                return self._decides_joined_rows(relation)
            case ops.Project() | ops.DropColumns() | ops.Sort() | ops.Reference():
                own = _NOTHING
            case ops.Filter():
                own = self._values(relation.predicates)
            case ops.Aggregate():
                own = self._values(relation.groups.values())
            case ops.Distinct():
                own = _NOTHING.union(*(self.column(relation.parent, name) for name in relation.schema))
            case _:
                return self._everything(relation)
        return own | self.rows(relation.parent)

    def _decides_joined_rows(self, joined: ops.JoinChain) -> Reads:
        found = self.rows(joined.first)
        for link in joined.rest:
            if link.how in _ADDS_COLUMNS_ONLY and _is_single(link):
                continue
            found |= self.rows(link.table) | self._values(link.predicates)
        return found

    def value(self, value: ops.Node) -> Reads:
        """What decides one expression's value."""
        if isinstance(value, ops.Field):
            return self.column(value.rel, value.name)
        if isinstance(value, ops.CountStar):
            return self.rows(value.arg) | self._values(each for each in value.__children__ if each is not value.arg)
        if isinstance(value, ops.Relation):
            return self._everything(value)
        asked = self._one_of_a_list(value)
        if asked is not None:
            return asked
        found = self._values(value.__children__)
        if isinstance(value, ops.WindowFunction):
            for relation in value.relations:
                found |= self.rows(relation)
        return found

    def _values(self, values: Iterable[ops.Node]) -> Reads:
        return _NOTHING.union(*(self.value(value) for value in values))

    def _everything(self, relation: ops.Relation) -> Reads:
        """All of a relation, where nothing finer can be said."""
        if isinstance(relation, ops.PhysicalTable):
            return _NOTHING.union(*(self.column(relation, name) for name in relation.schema))
        parts: list[Reads] = [
            self._everything(child) if isinstance(child, ops.Relation) else self.value(child)
            for child in relation.__children__
            if isinstance(child, ops.Relation | ops.Value)
        ]
        return _NOTHING.union(*parts)

    def _one_of_a_list(self, value: ops.Node) -> Reads | None:
        """A source's column compared with values that the expression names."""
        match value:
            case ops.Equals(left=ops.Field() as field, right=ops.Literal() as literal):
                options: tuple[ops.Node, ...] = (literal,)
            case ops.InValues(value=ops.Field() as field, options=options):
                pass
            case _:
                return None
        column = self._plain(field)
        if column is None or not all(isinstance(each, ops.Literal) for each in options):
            return None
        rest = self.column(field.rel, field.name) - {column}
        return rest | {f"{column}={each.value}" for each in options}

    def _plain(self, field: ops.Field) -> str | None:
        """The source's column that a field passes on as it is; None where it is made of more."""
        relation, name = field.rel, field.name
        match relation:
            case ops.UnboundTable():
                return _told(relation.name, name) if relation.name in TABLES else None
            case ops.Set():
                sides = [self._plain(ops.Field(side, name)) for side in (relation.left, relation.right)]
                return sides[0] if sides[0] == sides[1] else None
        value = relation.values.get(name)
        return self._plain(value) if isinstance(value, ops.Field) else None


def _is_single(link: ops.JoinLink) -> bool:
    """At most one row of the link's table meets each row before it, so that the join adds and takes away none."""
    names = {
        side.name
        for equal in link.predicates
        if isinstance(equal, ops.Equals)
        for side in (equal.left, equal.right)
        if isinstance(side, ops.Field) and side.rel == link.table
    }
    return link.how != "left" or _is_unique(link.table, frozenset(names))


def _is_unique(relation: ops.Relation, names: frozenset[str]) -> bool:
    """No two rows agree in all of these columns."""
    match relation:
        case ops.Aggregate():
            return set(relation.groups) <= names
        case ops.Distinct():
            return set(relation.schema) <= names
        case ops.Project():
            passed = {value.name for name in names if isinstance(value := relation.values[name], ops.Field)}
            return _is_unique(relation.parent, frozenset(passed))
        case ops.Filter() | ops.Sort() | ops.DropColumns() | ops.Reference():
            return _is_unique(relation.parent, names)
        case ops.JoinChain() if all(link.how in ("semi", "anti") for link in relation.rest):
            return _is_unique(relation.first.parent, names)
    return False


@cache
def _names(table: str) -> Mapping[str, str]:
    return {column.lake_name: column.name for column in TABLES[table].columns}


def _told(table: str, column: str) -> str:
    return f"{table}.{_names(table).get(column, column)}"
