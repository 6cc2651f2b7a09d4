"""A few hundred told stories become a million cases: copied set-wise by PostgreSQL, truthful to the last hash.

Each copy has people, references and numbers of its own, and its events are chained anew, so `verify_audit` and
`check_ledger` hold for every one of them. The moments are those of the story that was copied. The guards of
the database are off while it copies (the rows are copies of rows that passed them).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from accounts.models import User
from bench import stories
from core import references
from core.json_text import canonical
from core.models import Case, Event
from core.models.event import CHAINED, GENESIS
from disputes.models import Dispute
from notifications.models import Notice
from orders.models import Order, Refund, Shipment

APPS = ("orders", "disputes")
SYMBOLS = 6
"""Free symbols of a copy's reference: one more than a drawn one, so that the two never meet."""

CODED = f"""
CREATE OR REPLACE FUNCTION pg_temp.coded(prefix text, number bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  rest bigint := (number * 48271) % {references.BASE**SYMBOLS};
  body text := ''; sum int := 0; digit int; last int;
BEGIN
  FOR place IN 1..{SYMBOLS} LOOP
    digit := rest % {references.BASE}; rest := rest / {references.BASE};
    body := substr('{references.ALPHABET}', digit + 1, 1) || body;
    sum := sum + (place % 4 + 1) * digit;
  END LOOP;
  last := (({references.CHECK} - sum) % {references.BASE} + {references.BASE}) % {references.BASE};
  RETURN prefix || '-' || body || substr('{references.ALPHABET}', last + 1, 1);
END $$;
"""
"""`core.references.new` with a number in the place of chance."""
CHAINED_UP = f"""
CREATE OR REPLACE FUNCTION pg_temp.link(previous text, moment text, rest text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT encode(sha256(convert_to('["' || previous || '","' || moment || '",' || rest, 'UTF8')), 'hex') $$;
CREATE OR REPLACE AGGREGATE pg_temp.chained(moment text, rest text)
  (SFUNC = pg_temp.link, STYPE = text, INITCOND = '{"0" * 64}');
"""
"""`core.models.Event.digest`, each over the one before."""
LINKED = """
SELECT s.*, coalesce(lag(s.hash) OVER (PARTITION BY s.c, s.story, s.kind ORDER BY s.seq), '{genesis}') AS previous
FROM (
  SELECT told.id, told.kind, told.why, told.data, told.seq, s.c, s.story, s.o, s.d, s.r, s.n, s.b,
         pg_temp.chained(told.moment, {rest}) OVER w AS hash
  FROM told JOIN copied s USING (story)
  WINDOW w AS (PARTITION BY s.c, s.story, told.kind ORDER BY told.seq)
) s
"""
SUBJECT = "CASE {0}.kind WHEN 'o' THEN s.o WHEN 'd' THEN s.d ELSE s.r END"
FILLED = "replace(replace(replace(replace(replace({0}, '⟦o⟧', s.o), '⟦d⟧', s.d), '⟦r⟧', s.r), '⟦n⟧', s.n), '⟦b⟧', s.b)"
"""What a copy's text says where its story names an order, dispute, refund, number or buyer."""


class Marks:
    """The highest keys before the stories were told: what lies above is what gets copied."""

    def __init__(self) -> None:
        self.models = [
            m
            for m in apps.get_models()
            if m._meta.app_label in APPS and m._meta.label != "orders.Store"
        ]
        self.models += [User, Event, Notice]
        self.last = {
            m: m._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for m in self.models
        }


def make(count: int, stage: str = "", most: int = 500) -> int:
    """So many cases of a stage (of a mix of all where none is said); how many of them were told.

    On PostgreSQL at most about `most` of them are told and the others copied, which needs a superuser, and
    nobody else at work: copies have keys that another connection might draw.
    """
    editions = max(1, count // most) if connection.vendor == "postgresql" else 1
    each = count // editions
    rest = count - each * editions
    if rest:
        _tell(rest, stage)
    marks = Marks()
    _tell(each, stage)
    multiply(marks, editions - 1)
    if editions > 1:
        with connection.cursor() as sql:
            sql.execute(
                "ANALYZE"
            )  # who asks next does not plan for the few rows that were there before
    return rest + each


def _tell(count: int, stage: str) -> int:
    return stories.tell(count, stage) if stage else stories.mixed(count)


def multiply(marks: Marks, times: int) -> int:
    """Add so many copies of every story told since the marks; how many cases that are. PostgreSQL only."""
    if connection.vendor != "postgresql":
        raise RuntimeError("Copies are made by PostgreSQL.")
    stories = list(
        Dispute.objects.filter(pk__gt=marks.last[Dispute]).order_by("pk").select_related("order")
    )
    if not stories or times < 1:
        return 0
    with transaction.atomic(), connection.cursor() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        sql.execute("SET LOCAL work_mem = '256MB'")
        sql.execute(CODED + CHAINED_UP)
        spans = {m: _span(m, marks.last[m]) for m in marks.models}
        _stage_stories(sql, stories, marks, times, spans)
        _stage_events(sql, marks)
        shift = {m: f"(s.c::bigint * {span})" for m, span in spans.items() if span}
        for model in _in_order(shift):
            _copy(sql, model, marks.last[model], shift)
        for model in shift:
            table, key = model._meta.db_table, model._meta.pk.column
            last = f"(SELECT max({key}) FROM {table})"
            sql.execute(f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), {last})")
    return times * len(stories)


def _span(model: type[models.Model], last: int) -> int:
    """How far apart the keys of two copies lie: as far as those of the stories reach."""
    keys = model._default_manager.filter(pk__gt=last).aggregate(
        lowest=models.Min("pk"), highest=models.Max("pk")
    )
    return int(keys["highest"] - keys["lowest"] + 1) if keys["highest"] else 0


def _in_order(shift: dict[Any, str]) -> Iterable[type[models.Model]]:
    """Events first: the cases take the hash of their last one over."""
    return sorted(shift, key=lambda m: (m is not User, m is not Event, m._meta.label))


def _stage_stories(
    sql: Any, stories: list[Dispute], marks: Marks, times: int, spans: dict[Any, int]
) -> None:
    """A row for every copy of every story: its references, its number, its buyer."""
    refunds = {r.order_id: r for r in Refund.objects.filter(pk__gt=marks.last[Refund])}
    sql.execute(
        "CREATE TEMP TABLE story (story int, order_id bigint, dispute_id bigint, refund_id bigint, buyer_id bigint,"
        " o text, d text, r text, n text) ON COMMIT DROP"
    )
    for number, dispute in enumerate(stories):
        refund = refunds.get(dispute.order_id)
        sql.execute(
            "INSERT INTO story VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [number, dispute.order_id, dispute.pk, refund and refund.pk, dispute.buyer_id, dispute.order.reference,
             dispute.reference, refund.reference if refund else "", dispute.order.number],
        )  # fmt: skip
    base = Order.objects.count()
    place = f"{base} + (c - 1) * {len(stories)} + story"
    sql.execute(
        "CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT c, story, order_id, dispute_id, refund_id, o AS old_o,"
        f" d AS old_d, r AS old_r, pg_temp.coded('ORD', {place}) AS o, pg_temp.coded('DSP', {place}) AS d,"
        f" pg_temp.coded('RFD', {place}) AS r, 'CASE-' || lpad(({place})::text, 8, '0') AS n,"
        f" (buyer_id + c::bigint * {spans[User]})::text AS b FROM story, generate_series(1, {times}) AS c"
    )
    sql.execute("ANALYZE copied")


def _stage_events(sql: Any, marks: Marks) -> None:
    """The canonical text of each told event, with a blank where its copies differ."""
    sql.execute(
        "CREATE TEMP TABLE told (id bigint, story int, kind text, seq int, moment text, rest text, data text, why text)"
        " ON COMMIT DROP"
    )
    sql.execute("SELECT story, order_id, dispute_id, refund_id, buyer_id, o, d, r, n FROM story")
    names: dict[str, tuple[int, str, dict[str, str], int]] = {}
    for story, _order, _dispute, _refund, buyer, o, d, r, n in sql.fetchall():
        blanks = {o: "⟦o⟧", d: "⟦d⟧", n: "⟦n⟧"} | ({r: "⟦r⟧"} if r else {})
        for reference, kind in ((o, "o"), (d, "d"), (r, "r")):
            if reference:
                names[reference] = (story, kind, blanks, buyer)
    rows = []
    for event in Event.objects.filter(pk__gt=marks.last[Event]).order_by("pk"):
        if event.subject not in names:
            continue
        story, kind, blanks, buyer = names[event.subject]
        values = [getattr(event, field) for field in CHAINED]
        values[CHAINED.index("actor_id")] = "⟦b⟧" if event.actor_id == buyer else event.actor_id
        rest = canonical(values).decode()[1:].replace('"⟦b⟧"', "⟦b⟧")
        texts = [rest, canonical(event.data).decode(), event.actor_why]
        for old, blank in blanks.items():
            texts = [text.replace(old, blank) for text in texts]
        moment = event.at.isoformat(timespec="microseconds")
        rows.append((event.pk, story, kind, event.seq, moment, *texts))
    with sql.copy("COPY told (id, story, kind, seq, moment, rest, data, why) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    sql.execute("ANALYZE told")


def _copy(sql: Any, model: Any, last: int, shift: dict[Any, str]) -> None:
    table = model._meta.db_table
    source, special = _specials(model, last)
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = f't."{field.column}"'
        target = field.related_model if field.is_relation else None
        if field.column in special:
            value = special[field.column]
        elif field.primary_key:
            value = f"{column} + {shift[model]}"
        elif target in shift:
            value = column
            if target is not User or field.column in (
                "buyer_id",
                "recipient_id",
                "actor_id",
                "author_id",
            ):
                value = _moved(column, target, shift)
        else:
            value = column
        columns.append(f'"{field.column}"')
        values.append(value)
    sql.execute(f'INSERT INTO "{table}" ({", ".join(columns)}) SELECT {", ".join(values)} {source}')


def _moved(column: str, target: Any, shift: dict[Any, str]) -> str:
    """A pointer of a copy: to the copy of what was told with it, or to what was there before."""
    if target is User:
        return f"CASE WHEN {column} IN (SELECT buyer_id FROM story) THEN {column} + {shift[User]} ELSE {column} END"
    return f"{column} + {shift[target]}"


def _specials(model: Any, last: int) -> tuple[str, dict[str, str]]:
    """Where the rows of a model come from, and the columns in which copies differ from their story."""
    table = f'"{model._meta.db_table}" t'
    if model is User:
        source = f"FROM {table} JOIN story ON story.buyer_id = t.id JOIN copied s USING (story)"
        return source, {"email": "'c' || s.c || '.' || t.email"}
    if model is Event:
        linked = LINKED.format(rest=FILLED.format("told.rest"), genesis=GENESIS)
        return f"FROM ({linked}) s JOIN {table} ON t.id = s.id", {
            "subject": SUBJECT.format("s"), "hash": "s.hash", "previous": "s.previous",
            "data": f"({FILLED.format('s.data')})::jsonb", "actor_why": FILLED.format("s.why"),
        }  # fmt: skip
    if model is Notice:
        texts = "t.params::text"
        for old, blank in (("old_o", "s.o"), ("old_d", "s.d")):
            texts = f"replace({texts}, s.{old}, {blank})"
        texts = f"CASE WHEN s.old_r = '' THEN {texts} ELSE replace({texts}, s.old_r, s.r) END"
        source = (
            f"FROM {table} JOIN told ON told.id = t.event_id JOIN copied s ON s.story = told.story"
            f" JOIN story f ON f.story = s.story WHERE t.id > {last}"
        )
        return source, {
            "subject": SUBJECT.format("told"),
            "params": f"(replace({texts}, f.n, s.n))::jsonb", "mail_state": "'sent'",
            "sent_at": "t.created_at", "send_after": "t.created_at",
        }  # fmt: skip
    head = "(SELECT e.hash FROM core_event e WHERE e.subject = s.{0} AND e.seq = t.version)"
    if model is Order:
        return f"FROM {table} JOIN copied s ON s.order_id = t.id", {
            "reference": "s.o", "audit_head": head.format("o"), "number": "s.n", "purchase_number": "s.n",
        }  # fmt: skip
    if model is Shipment:
        number = "'RR' || lpad(right(s.n, 8), 9, '0') || 'DE'"
        return f"FROM {table} JOIN copied s ON s.order_id = t.order_id", {"tracking_number": number}
    if model is Dispute:
        return f"FROM {table} JOIN copied s ON s.dispute_id = t.id", {
            "reference": "s.d", "audit_head": head.format("d"),
        }  # fmt: skip
    if model is Refund:
        cause = "replace(replace(t.cause, s.old_d, s.d), s.old_o, s.o)"
        key = f"left(encode(sha256(convert_to(s.o || '|' || {cause} || '|' || t.means, 'UTF8')), 'hex'), 40)"
        return f"FROM {table} JOIN copied s ON s.refund_id = t.id", {
            "reference": "s.r", "audit_head": head.format("r"), "cause": cause, "idempotency_key": key,
        }  # fmt: skip
    assert not issubclass(model, Case), model
    return f"FROM {table} CROSS JOIN (SELECT DISTINCT c FROM copied) s WHERE t.id > {last}", {}
