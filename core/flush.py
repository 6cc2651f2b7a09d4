"""Set-wise writing: a thousand rows cost a few statements.

On PostgreSQL rows go in by `COPY` and are changed by `UPDATE … FROM unnest`; on SQLite the same lists go
through `bulk_create` and `executemany`. `COPY` passes by model defaults in the database, so every column
is written from the instance: a test compares the column list with the models.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any

from django.db import connection, connections, models
from django.db.models.expressions import DatabaseDefault

from core.errors import CaseChanged

Change = tuple[models.Model, tuple[str, ...], int | None]


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of several models, those that others point to first."""
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model in _parents_first(by_model):
        batch = by_model[model]
        if connection.vendor == "postgresql":
            _copy(model, batch)
        else:
            model._base_manager.bulk_create(batch)


def update(changes: Iterable[Change]) -> None:
    """Write changed fields. A change with a `version` guard applies only to a row still at that version.

    Raises `CaseChanged` where fewer rows changed than were meant to.
    """
    groups: dict[tuple[type[models.Model], tuple[str, ...], bool], list[Change]] = defaultdict(list)
    for change in changes:
        row, names, guard = change
        if names:
            groups[(type(row), names, guard is not None)].append(change)
    for (model, names, guarded), batch in groups.items():
        fields = [model._meta.get_field(name) for name in names]
        write = _update_unnest if connection.vendor == "postgresql" else _update_many
        if write(model, fields, batch, guarded) != len(batch):
            raise CaseChanged


def _parents_first(models_in_use: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    waiting = list(models_in_use)
    ordered: list[type[models.Model]] = []
    while waiting:
        for model in waiting:
            parents = {f.related_model for f in model._meta.concrete_fields if f.is_relation}
            if not any(other in parents for other in waiting if other is not model):
                ordered.append(model)
                waiting.remove(model)
                break
        else:
            raise RuntimeError(f"Circular references between {waiting}")
    return ordered


PLAIN = frozenset({NoneType, str, int, bool, datetime, Decimal})
"""Python types that the driver writes as the database reads them, whatever the column."""


@cache
def _columns(model: type[models.Model]) -> tuple[Any, ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.generated)


@cache
def columns(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    """Name and attribute of each column that is stored."""
    return tuple((f.name, f.attname) for f in model._meta.concrete_fields)


@cache
def _pointers(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    """Name and column attribute of each foreign key."""
    return tuple((f.name, f.attname) for f in _columns(model) if f.is_relation)


def _point(rows: Sequence[models.Model]) -> None:
    """Take over the keys of rows that were without one when they were pointed to."""
    for name, attname in _pointers(type(rows[0])):
        for row in rows:
            if row.__dict__[attname] is None and name in row._state.fields_cache:
                target = row._state.fields_cache[name]
                row.__dict__[attname] = target.pk if target is not None else None


def _values(field: Any, rows: Iterable[models.Model]) -> list[Any]:
    """One column of many rows, as the driver takes it. What is plain already is passed on as it is."""
    attname = field.attname
    raw = [
        row.__dict__[attname] if attname in row.__dict__ else getattr(row, attname) for row in rows
    ]
    if isinstance(field, models.JSONField):
        encoder = field.encoder
        return [None if value is None else json.dumps(value, cls=encoder) for value in raw]
    if {value.__class__ for value in raw} <= PLAIN:
        return raw
    prepare, database = field.get_db_prep_save, connections[connection.alias]
    return [value if value.__class__ in PLAIN else prepare(value, database) for value in raw]


def _copy(model: type[models.Model], rows: list[models.Model]) -> None:
    table = model._meta.db_table
    _number(model, rows)
    _point(rows)
    # A column whose value only the database knows is left out for the whole batch.
    fields = [
        f for f in _columns(model) if not isinstance(getattr(rows[0], f.attname), DatabaseDefault)
    ]
    for field in fields:
        if type(field).pre_save is not models.Field.pre_save:
            for row in rows:
                field.pre_save(row, True)  # sets the attribute (auto_now, files)
    quote = connection.ops.quote_name
    names = ", ".join(quote(f.column) for f in fields)
    statement = f"COPY {quote(table)} ({names}) FROM STDIN"
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for values in zip(*(_values(field, rows) for field in fields), strict=True):
            copy.write_row(values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _number(model: type[models.Model], rows: list[models.Model]) -> None:
    key = model._meta.pk
    if not isinstance(key, models.AutoField | models.BigAutoField | models.SmallAutoField):
        return
    bare = [row for row in rows if row.pk is None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)::regclass) FROM generate_series(1, %s)",
            [model._meta.db_table, key.column, len(bare)],
        )
        for row, (number,) in zip(bare, cursor.fetchall(), strict=True):
            row.pk = number


def _update_unnest(
    model: type[models.Model], fields: list[Any], batch: list[Change], guarded: bool
) -> int:
    quote = connection.ops.quote_name
    key: Any = model._meta.pk
    changed = [row for row, _names, _guard in batch]
    sets, names, arrays, values = (
        [],
        ["id"],
        [f"%s::{key.rel_db_type(connection)}[]"],
        [[row.pk for row in changed]],
    )
    for number, field in enumerate(fields):
        kind = (
            "text"
            if isinstance(field, models.JSONField)
            else field.rel_db_type(connection) or field.db_type(connection)
        )
        cast = "::jsonb" if isinstance(field, models.JSONField) else ""
        names.append(f"v{number}")
        arrays.append(f"%s::{kind}[]")
        values.append(_values(field, changed))
        sets.append(f"{quote(field.column)} = new.v{number}{cast}")
    where = f"old.{quote(key.column)} = new.id"
    if guarded:
        names.append("guard")
        arrays.append("%s::integer[]")
        values.append([guard for _r, _n, guard in batch])
        where += " AND old.version = new.guard"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} AS old SET {', '.join(sets)}"
            f" FROM unnest({', '.join(arrays)}) AS new({', '.join(names)}) WHERE {where}",
            values,
        )
        return int(cursor.rowcount)


def _prepared(field: Any, rows: Iterable[models.Model]) -> list[Any]:
    """One column of many rows for SQLite, whose types are fewer."""
    if isinstance(field, models.JSONField):
        return _values(field, rows)
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]


def _update_many(
    model: type[models.Model], fields: list[Any], batch: list[Change], guarded: bool
) -> int:
    quote = connection.ops.quote_name
    key: Any = model._meta.pk
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    where = f"{quote(key.column)} = %s" + (" AND version = %s" if guarded else "")
    changed = [row for row, _names, _guard in batch]
    columns = [_prepared(field, changed) for field in fields] + [[row.pk for row in changed]]
    if guarded:
        columns.append([guard for _row, _names, guard in batch])
    rows = list(zip(*columns, strict=True))
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {where}", rows)
        return int(cursor.rowcount)
