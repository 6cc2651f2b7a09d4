from django.db import migrations, models
from django.db.models import Case, Exists, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform

from core import migrating

ROWS = 5_000
BUYERS = ('return_ship', 'replacement_delivery', 'replacement_confirm', 'evidence_buyer')
SELLERS = (
    'seller_answer', 'return_delivery', 'return_confirm', 'replacement_ship', 'evidence_seller', 'settlement_proposal',
)


def fill(apps, schema_editor):
    """Whom each open dispute awaits, from its clocks; set-wise, some thousand rows at a time."""
    Dispute = apps.get_model('disputes', 'Dispute')
    last = Dispute.objects.aggregate(last=Max('pk'))['last'] or 0
    for after in range(0, last, ROWS):
        rows = Dispute.objects.filter(pk__gt=after, pk__lte=after + ROWS, ended_at__isnull=True)
        _spoke_last(apps, rows)
        _awaits(apps, rows)


def _spoke_last(apps, rows):
    """The party of the latest move of the negotiation, as the events tell."""
    said = apps.get_model('core', 'Event').objects.filter(
        subject=OuterRef('reference'), name__in=('opened', 'request_rejected', 'offer_made')
    )
    party = Case(
        When(name='opened', then=Value('buyer')),
        When(name='request_rejected', then=Value('seller')),
        default=KeyTextTransform('party', 'data'),
        output_field=models.CharField(),
    )
    last = Subquery(said.order_by('-seq').annotate(party=party).values('party')[:1])
    rows.annotate(said_last=last).filter(said_last='seller').update(spoke_last='seller')


def _awaits(apps, rows):
    clocks = apps.get_model('disputes', 'DisputeDeadline').objects.filter(
        case=OuterRef('pk'), state__in=('pending', 'failed')
    )

    def runs(*kinds):
        return Q(Exists(clocks.filter(kind__in=kinds)))

    def told(test):
        return Case(When(test & ~runs('settlement'), then=Value(True)), default=Value(False))

    rows.update(
        awaits_buyer=told(runs(*BUYERS) | runs('negotiation') & Q(spoke_last='seller')),
        awaits_seller=told(runs(*SELLERS) | runs('negotiation') & Q(spoke_last='buyer')),
    )


class Migration(migrations.Migration):

    atomic = False  # rows are filled and indexes built beside people who write

    dependencies = [
        ('disputes', '0006_whom_it_awaits'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrating.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('awaits_seller', True), ('ended_at__isnull', True)), fields=['seller', 'next_due_at', 'id'], include=('state',), name='dispute_seller_mine'),
        ),
        migrating.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('awaits_seller', False), ('ended_at__isnull', True)), fields=['seller', 'next_due_at', 'id'], name='dispute_seller_others'),
        ),
        migrations.RenameIndex(
            model_name='dispute',
            new_name='dispute_seller_ended',
            old_name='dispute_sold',
        ),
        migrating.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('awaits_buyer', True), ('ended_at__isnull', True)), fields=['buyer', 'next_due_at', 'id'], include=('state',), name='dispute_buyer_mine'),
        ),
        migrating.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('awaits_buyer', False), ('ended_at__isnull', True)), fields=['buyer', 'next_due_at', 'id'], name='dispute_buyer_others'),
        ),
        migrating.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['buyer', '-ended_at', '-id'], name='dispute_buyer_ended'),
        ),
        migrating.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('outcome__in', ('decided_none', 'return_not_sent'))), fields=['seller'], name='dispute_seller_won'),
        ),
        migrating.RemoveIndex(
            model_name='dispute',
            name='dispute_selling',
        ),
        migrating.RemoveIndex(
            model_name='dispute',
            name='dispute_buyer',
        ),
    ]
