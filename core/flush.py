"""Set-wise writing: a thousand rows cost a few statements.

On PostgreSQL rows go in by `COPY` and are changed by `UPDATE … FROM unnest`; on SQLite the same lists go
through `bulk_create` and `executemany`. `COPY` passes by model defaults in the database, so every column
is written from the instance: a test compares the column list with the models.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import compress
from operator import attrgetter, eq, is_not, itemgetter
from types import NoneType
from typing import Any
from uuid import UUID

import psycopg
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, connections, models
from django.db.models import TextChoices
from django.db.models.expressions import DatabaseDefault

from core import json_text
from core.errors import CaseChanged

Change = tuple[models.Model, tuple[str, ...], int | None]


Preparation = Callable[[list[Any]], None]
preparations: dict[type[models.Model], Preparation] = {}


def prepares(model: type[models.Model]) -> Callable[[Preparation], Preparation]:
    """Register what rows of a model still need when they are written: a number that a lock gives, say.

    It runs last of all in a batch, so what it locks is held shortly and in one order.
    """

    def register(preparation: Preparation) -> Preparation:
        preparations[model] = preparation
        return preparation

    return register


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of several models, those that others point to first."""
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model in _parents_first(by_model):
        batch = by_model[model]
        if model in preparations:
            preparations[model](batch)
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
def _names(model: type[models.Model]) -> dict[str, str]:
    """Attribute and name of each column that is stored."""
    return {f.attname: f.name for f in model._meta.concrete_fields}


def changed(row: models.Model, before: dict[str, Any]) -> tuple[str, ...]:
    """The names of the columns whose value is another than it was."""
    own, names = row.__dict__, _names(type(row))
    if len(own) == len(before) and all(map(eq, own, before)):  # the same keys in the same order
        suspects: Iterable[str] = compress(own, map(is_not, own.values(), before.values()))
    else:
        suspects = own
    return tuple(
        names[key]
        for key in suspects
        if key in names and (key not in before or before[key] != own[key])
    )


@cache
def _pointers(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    """Name and column attribute of each foreign key."""
    return tuple((f.name, f.attname) for f in _columns(model) if f.is_relation)


@cache
def _setters(model: type[models.Model]) -> tuple[Any, ...]:
    """Columns that set themselves when their row is saved (`auto_now`, files)."""
    plain = (models.Field.pre_save, models.DateField.pre_save, models.DateTimeField.pre_save)
    auto = ("auto_now", "auto_now_add")
    return tuple(
        f
        for f in _columns(model)
        if type(f).pre_save not in plain or any(getattr(f, name, False) for name in auto)
    )


def _point(rows: Sequence[models.Model]) -> None:
    """Take over the keys of rows that were without one when they were pointed to."""
    pointers = _pointers(type(rows[0]))
    for row in rows:
        own, cached = row.__dict__, row._state.fields_cache
        for name, attname in pointers:
            if own[attname] is None and cached.get(name) is not None:
                own[attname] = cached[name].pk


def _values(fields: Sequence[Any], rows: Iterable[models.Model]) -> list[Sequence[Any]]:
    """Columns of many rows, as the driver takes them. What is plain already is passed on as it is."""
    attributes = [field.attname for field in fields]
    pick = itemgetter(*attributes)
    try:
        records = [pick(row.__dict__) for row in rows]
    except KeyError:  # a deferred column: reading it asks the database
        records = [attrgetter(*attributes)(row) for row in rows]
    found: list[Sequence[Any]] = list(zip(*records, strict=True)) if len(fields) > 1 else [records]
    for number, field in enumerate(fields):
        if isinstance(field, models.JSONField):
            write = _writer(field.encoder)
            found[number] = [None if value is None else write(value) for value in found[number]]
        elif not PLAIN.issuperset(map(type, found[number])):
            prepare, database = field.get_db_prep_save, connections[connection.alias]
            found[number] = [
                value
                if type(value) in PLAIN
                else value.value
                if isinstance(value, TextChoices)
                else prepare(value, database)
                for value in found[number]
            ]
    return found


_WRITERS: dict[Any, Callable[[Any], str]] = {DjangoJSONEncoder: json_text.write}


def _writer(encoder: Any) -> Callable[[Any], str]:
    """One encoder of JSON for all the rows of a column: making it costs as much as using it."""
    if encoder not in _WRITERS:
        _WRITERS[encoder] = (encoder or json.JSONEncoder)().encode
    return _WRITERS[encoder]


def _copy(model: type[models.Model], rows: list[models.Model]) -> None:
    _number(model, rows)
    _point(rows)
    # A column whose value only the database knows is left out for the whole batch.
    fields = [
        f
        for f in _columns(model)
        if not isinstance(rows[0].__dict__.get(f.attname), DatabaseDefault)
    ]
    for field in _setters(model):
        for row in rows:
            field.pre_save(row, True)
    quote = connection.ops.quote_name
    names = ", ".join(quote(f.column) for f in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN"
    columns = _values(fields, rows)
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        if all(TEXTUAL.issuperset(map(type, values)) for values in columns):
            texts = map(_copied, columns)
            copy.write("\n".join(map("\t".join, zip(*texts, strict=True))))
        else:
            for values in zip(*columns, strict=True):
                copy.write_row(values)
    alias = connection.alias
    for row in rows:
        state = row._state
        state.adding, state.db = False, alias


def _copied(values: Sequence[Any]) -> Iterable[str]:
    """A column as `COPY` reads it: the driver does the same, row by row, in four times the time."""
    kinds = set(map(type, values))
    if NoneType not in kinds:
        texts = values if kinds == {str} else list(map(str, values))
        return texts if str not in kinds else _escaped(texts)
    texts = ["" if value is None else str(value) for value in values]
    if str in kinds:
        texts = _escaped(texts)
    return [r"\N" if value is None else text for text, value in zip(texts, values, strict=True)]


TEXTUAL = PLAIN | {date, UUID}
"""What `str` writes as the database reads it."""
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _escaped(texts: Sequence[str]) -> Sequence[str]:
    together = "".join(texts)
    if any(mark in together for mark in "\\\t\n\r"):
        return [text.translate(_ESCAPES) for text in texts]
    return texts


def _number(model: type[models.Model], rows: list[models.Model]) -> None:
    key = model._meta.pk
    if not isinstance(key, models.AutoField | models.BigAutoField | models.SmallAutoField):
        return
    bare = [row for row in rows if row.pk is None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(%s::regclass) FROM generate_series(1, %s)",
            [_sequence(model), len(bare)],
        )
        for row, (number,) in zip(bare, cursor.fetchall(), strict=True):
            row.pk = number


@cache
def _sequence(model: type[models.Model]) -> str:
    """The sequence that numbers the rows of a model."""
    key: Any = model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, key.column])
        return str(cursor.fetchone()[0])


def _update_unnest(
    model: type[models.Model], fields: list[Any], batch: list[Change], guarded: bool
) -> int:
    quote = connection.ops.quote_name
    key: Any = model._meta.pk
    changed = [row for row, _names, _guard in batch]
    kinds = [key.rel_db_type(connection)]
    names, sets, values = ["id"], [], [[row.pk for row in changed], *_values(fields, changed)]
    for number, field in enumerate(fields):
        json_column = isinstance(field, models.JSONField)
        kinds.append(
            "text" if json_column else field.rel_db_type(connection) or field.db_type(connection)
        )
        names.append(f"v{number}")
        sets.append(f"{quote(field.column)} = new.v{number}{'::jsonb' if json_column else ''}")
    where = f"old.{quote(key.column)} = new.id"
    if guarded:
        kinds.append("integer")
        names.append("guard")
        values.append([guard for _row, _names, guard in batch])
        where += " AND old.version = new.guard"
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    statement = (
        f"UPDATE {quote(model._meta.db_table)} AS old SET {', '.join(sets)}"
        f" FROM unnest({arrays}) AS new({', '.join(names)}) WHERE {where}"
    )
    return _execute(statement, [_array(column) for column in values])


def _execute(statement: str, values: list[str]) -> int:
    """Run a statement with its values beside it, not pasted into it; how many rows it touched.

    Django's own cursor pastes them in, which costs more than the statement where they are long.
    """
    with connection.wrap_database_errors:
        connection.ensure_connection()
        bound: Any = psycopg.Cursor(connection.connection)
        cursor = connection.make_cursor(bound)
    with cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


_TO_ESCAPE = re.compile(r'(["\\])')
_NUMBERS = ({int}, {bool}, {Decimal})


def _array(values: Sequence[Any]) -> str:
    """A PostgreSQL array as text; the statement says of what."""
    kinds = set(map(type, values))
    if kinds in _NUMBERS:
        return "{" + ",".join(map(str, values)) + "}"
    if NoneType in kinds:
        return "{" + ",".join(map(_item, values)) + "}"
    texts = list(map(str, values))
    together = "".join(texts)
    if '"' in together or "\\" in together:
        texts = [_TO_ESCAPE.sub(r"\\\1", text) for text in texts]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def _item(value: Any) -> str:
    return "NULL" if value is None else '"' + _TO_ESCAPE.sub(r"\\\1", str(value)) + '"'


def _prepared(field: Any, rows: Iterable[models.Model]) -> list[Any]:
    """One column of many rows for SQLite, whose types are fewer."""
    if isinstance(field, models.JSONField):
        write = _writer(field.encoder)
        raw = [getattr(row, field.attname) for row in rows]
        return [None if value is None else write(value) for value in raw]
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
