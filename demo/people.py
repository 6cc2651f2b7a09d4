"""Everybody else of the demo: buyers and sellers of several countries, and the rest of the team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from accounts.models import RoleGrant, User
from core.models import PolicyVersion, Storefront
from demo.accounts import FACES, HOST, PASSWORD
from orders.models import Store


@dataclass(frozen=True)
class Person:
    """A buyer. `writes` is the language of their own words; pages they read in one that we have."""

    name: str
    email: str
    writes: str
    zone: str
    country: str
    city: str


def _buyers(table: str) -> tuple[Person, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return tuple(Person(row[0], f"{row[1]}@{HOST}", *row[2:]) for row in rows)


BUYERS = _buyers(
    """
    Lena Hoffmann     | lena     | de | Europe/Berlin       | DE | Leipzig
    Jonas Weber       | jonas    | de | Europe/Berlin       | DE | Hamburg
    Camille Laurent   | camille  | fr | Europe/Paris        | FR | Lyon
    Hugo Petit        | hugo     | fr | Europe/Paris        | FR | Nantes
    Lucía Romero      | lucia    | es | Europe/Madrid       | ES | Sevilla
    Diego Navarro     | diego    | es | Europe/Madrid       | ES | Valencia
    Valentina Ríos    | valentina| es | America/Bogota      | CO | Medellín
    Mateo Quispe      | mateo    | es | America/Lima        | PE | Arequipa
    Sofía Herrera     | sofia    | es | America/Mexico_City | MX | Puebla
    Beatriz Almeida   | beatriz  | pt | Europe/Lisbon       | PT | Coimbra
    João Batista      | joao     | pt | America/Sao_Paulo   | BR | Campinas
    Larissa Teixeira  | larissa  | pt | America/Sao_Paulo   | BR | Curitiba
    Rafael Nogueira   | rafael   | pt | America/Recife      | BR | Recife
    Анна Соколова     | anna     | ru | Europe/Riga         | LV | Rīga
    Тимур Ахметов     | timur    | ru | Asia/Almaty         | KZ | Алматы
    Ольга Мельник     | olga     | ru | Europe/Tallinn      | EE | Narva
    王芳              | wangfang | zh | Asia/Shanghai       | CN | 杭州
    陈伟              | chenwei  | zh | Asia/Singapore      | SG | Singapore
    Emma Clarke       | emma     | en | Europe/London       | GB | Leeds
    Oliver Hughes     | oliver   | en | Europe/London       | GB | Cardiff
    Aoife Byrne       | aoife    | en | Europe/Dublin       | IE | Galway
    Sanne de Vries    | sanne    | en | Europe/Amsterdam    | NL | Utrecht
    Pieter Janssen    | pieter   | en | Europe/Brussels     | BE | Gent
    Mikkel Sørensen   | mikkel   | en | Europe/Copenhagen   | DK | Aarhus
    Aino Virtanen     | aino     | en | Europe/Helsinki     | FI | Tampere
    Giulia Conti      | giulia   | en | Europe/Rome         | IT | Bologna
    Zofia Kowalska    | zofia    | en | Europe/Warsaw       | PL | Kraków
    Grace Mitchell    | grace    | en | America/New_York    | US | Portland
    Noah Tremblay     | noah     | fr | America/Toronto     | CA | Québec
    Amara Okafor      | amara    | en | Africa/Lagos        | NG | Lagos
    Yuki Nakamura     | yuki     | en | Asia/Tokyo          | JP | Sapporo
    Liam Walker       | liam     | en | Pacific/Auckland    | NZ | Dunedin
    """
)


@dataclass(frozen=True)
class Shop:
    """A store with its owner; `currency` is what it sells in, `goods` what (see `demo.goods`)."""

    store: str
    owner: str
    email: str
    writes: str
    zone: str
    country: str
    city: str
    currency: str
    carrier: str
    goods: tuple[str, ...]


def _shops(table: str) -> tuple[Shop, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return tuple(
        Shop(
            row[0],
            row[1],
            f"{row[2]}@{HOST}",
            row[3],
            row[4],
            row[5],
            row[6],
            row[7],
            row[8],
            tuple(row[9].split()),
        )
        for row in rows
    )


SHOPS = _shops(
    """
    Lindqvist Light & Home | Bob Lindqvist | bob | en | Europe/Stockholm | SE | Malmö | EUR | PostNord | lamp vase mug
    Casa do Azulejo | Rui Carvalho | rui | pt | Europe/Lisbon | PT | Aveiro | EUR | CTT | vase mug teapot
    Millbrook Toys | Harriet Moore | harriet | en | Europe/London | GB | Bath | GBP | Royal Mail | train blocks
    Sierra Outdoor | Javier Molina | javier | es | Europe/Madrid | ES | Granada | EUR | Correos | backpack boots
    Bright Audio | 李强 | liqiang | zh | Asia/Shanghai | CN | 深圳 | USD | China Post | headphones phone
    Ateliê Ipê | Marina Prado | marina | pt | America/Sao_Paulo | BR | São Paulo | BRL | Correios | lamp backpack
    Kyoto Teaware | Haruto Mori | haruto | en | Asia/Tokyo | JP | Kyoto | JPY | Japan Post | teapot mug
    Baltic Watch Works | Ieva Liepa | ieva | en | Europe/Riga | LV | Rīga | EUR | Omniva | watch phone
    Nordlys Cykler | Freja Holm | freja | en | Europe/Copenhagen | DK | Odense | DKK | DAO | bikelight backpack
    Harbor Goods | Wyatt Coleman | wyatt | en | America/Chicago | US | Duluth | USD | USPS | boots watch train
    """
)

TEAM = (
    ("Mei Tanaka", "mei", "mediator", "Asia/Tokyo"),
    ("Omar Haddad", "omar", "mediator", "Europe/Paris"),
    ("Inês Duarte", "ines", "reviewer", "America/Sao_Paulo"),
    ("Theo Brandt", "theo", "reviewer", "Europe/Berlin"),
    ("Lea Nilsson", "lea", "lead", "Europe/Stockholm"),
    ("Sam Okoye", "sam", "agent", "Africa/Lagos"),
)
READS = {"zh": "zh-hans", "es": "es", "pt": "pt", "ru": "ru"}


def load(since: datetime) -> Storefront:
    """The storefront with its policy, everybody, their roles and their stores."""
    front = Storefront.default()
    Storefront.objects.filter(pk=front.pk).update(
        name="Recourse Market", countries=["NL", "DE"], zone="Europe/Amsterdam", opened_at=since
    )
    if not PolicyVersion.objects.filter(storefront=front).exists():
        front.current_policy()
    front.refresh_from_db()
    _save(_rows(), since)
    users = by_email()
    for face in FACES:
        _grant(users[face.email], front, face.staff)
    for _name, key, role, _zone in TEAM:
        _grant(users[f"{key}@{HOST}"], front, (role,))
    Store.objects.bulk_create(
        Store(
            storefront=front,
            name=shop.store,
            slug=slugify(shop.store),
            owner=users[shop.email],
            country=shop.country,
        )
        for shop in SHOPS
    )
    return front


def join(since: datetime) -> None:
    """The people of the bar and the team, beside people who are there already; nothing of theirs is touched."""
    front = Storefront.default()
    shown = {face.email for face in FACES} | {f"{key}@{HOST}" for _name, key, _role, _zone in TEAM}
    _save([row for row in _rows() if row.email in shown], since)
    users = by_email()
    for face in FACES:
        _grant(users[face.email], front, face.staff)
    for _name, key, role, _zone in TEAM:
        _grant(users[f"{key}@{HOST}"], front, (role,))


def _rows() -> list[User]:
    """Everybody, not yet saved."""
    rows = [
        User(email=face.email, name=face.name, language=face.language, zone=face.zone,
             is_staff="admin" in face.staff, is_superuser="admin" in face.staff)
        for face in FACES
    ]  # fmt: skip
    known = {face.email for face in FACES}
    rows += [
        User(email=p.email, name=name, language=_reads(p.writes), zone=p.zone)
        for name, p in [(b.name, b) for b in BUYERS] + [(s.owner, s) for s in SHOPS]
        if p.email not in known
    ]
    return rows + [User(email=f"{key}@{HOST}", name=name, zone=zone) for name, key, _, zone in TEAM]


def _save(rows: list[User], since: datetime) -> None:
    """With one hash that is as strong as any.

    A weaker one would be replaced at the first sign-in, which ends the person's other sessions.
    """
    hashed = make_password(PASSWORD)
    for row in rows:
        row.password, row.joined_at = hashed, since
    User.objects.bulk_create(rows)
    made = User.objects.filter(email__in=[row.email for row in rows])
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in made
    )


def _reads(writes: str) -> str:
    code = READS.get(writes, "en")
    return code if code in dict(settings.LANGUAGES) else "en"


def _grant(user: User, front: Storefront, roles: tuple[str, ...]) -> None:
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, storefront=front, role=role) for role in roles
    )


def by_email() -> dict[str, User]:
    return {user.email: user for user in User.objects.all()}
