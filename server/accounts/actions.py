"""Sign in and out, change role and password, open and close accounts."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import audit, text
from server.accounts import queries, rules
from server.audit import About
from server.errors import NotHere, Refused
from server.office import actions as office
from server.tables import Login, Officer, OfficerRole, Unit
from server.who import Who
from server.words import Role

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
RANDOM_HASHER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
"""For passwords made here of 72 random bits and changed at the first sign-in: nobody can try through them."""
# Of a random password nobody kept. Written down because making one takes a tenth of every start.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$4mXdlNgQLQqlWWizR+0yEQ$/Bn+Z2DVVLYkhgK/u5v11KDN6M0b+nb9hn/aYktOq+U"


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """What is needed to open an account."""

    username: str
    name: str
    title: str
    roles: tuple[tuple[int, Role], ...]
    phone: str = ""
    email: str = ""
    must_change_password: bool = True


def password_is_right(password_hash: str | None, typed: str) -> bool:
    """Check a password; takes as long for an unknown user as for a known one. Slow by design: call it in a thread."""
    # Hashes made before passwords had one form are of what was typed.
    forms = dict.fromkeys((rules.password_form(typed), typed))
    return any(_is_of(password_hash or _NOBODYS, form) for form in forms) and password_hash is not None


def _is_of(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def stored_password(db: Session, username: str) -> str | None:
    """Return the password hash of an open account, or None."""
    return db.scalar(
        select(Officer.password_hash).where(Officer.username == username.lower(), Officer.closed_at.is_(None))
    )


def count_sign_in(db: Session, at: datetime, username: str, network: str) -> bool:
    """Count a try before its password is looked at; False when it has to wait.

    Names that nobody has are counted like those that somebody has. Who tries from elsewhere
    does not lock the owner out: most of the tries are counted by name and network together.
    """
    counts = [
        office.count_try(db, at, bucket, rules.TRIES_FOR)
        for bucket in (*_tries(username, network), _tries_of_network(network))
    ]
    most = (rules.TRIES_OF_NAME_HERE, rules.TRIES_OF_NAME, rules.TRIES_OF_NETWORK)
    return all(count <= limit for count, limit in zip(counts, most, strict=True))


def forget_sign_ins(db: Session, username: str, network: str) -> None:
    """Start the counters of a name anew: its owner signed in.

    To the network it is no try at all: a whole town hall signs in at eight from behind one address.
    """
    for bucket in _tries(username, network):
        office.forget_tries(db, bucket)
    office.give_back_try(db, _tries_of_network(network))


def _tries(username: str, network: str) -> tuple[str, str]:
    name = hashlib.sha256(username.lower().encode()).hexdigest()[:32]
    return f"sign_in:{name}:{network}", f"sign_in:{name}"


def _tries_of_network(network: str) -> str:
    return f"sign_in:{network}"


def sign_in(db: Session, at: datetime, username: str, *, is_right: bool, old_token: str | None) -> str | None:
    """Open a login for an officer whose password was checked.

    Returns the new token, or None. Any login of the old cookie ends (no fixation).
    """
    officer = db.scalar(select(Officer).where(Officer.username == username.lower(), Officer.closed_at.is_(None)))
    roles = queries.roles_of(db, officer.id) if officer is not None and is_right else ()
    if officer is None or not roles:
        return None
    if old_token:
        end_login(db, at, old_token)
    token = secrets.token_urlsafe(32)
    login = Login(
        token_hash=queries.token_hash(token),
        officer_id=officer.id,
        officer_role_id=roles[0].id,
        created_at=at,
        seen_at=at,
        expires_at=at + rules.LOGIN_FOR,
    )
    db.add(login)
    who = Who(
        role=roles[0].role,
        unit_id=roles[0].unit_id,
        unit_name=roles[0].unit_name,
        name=officer.name,
        officer_id=officer.id,
    )
    audit.record(db, who, at, "signed_in", About("officer", officer.id, officer.username))
    return token


def open_for_citizen(db: Session, at: datetime, request_id: int) -> str:
    """Open a login for a citizen who proved code and telephone; it opens that one request. Returns the token."""
    token = secrets.token_urlsafe(32)
    db.add(
        Login(
            token_hash=queries.token_hash(token),
            request_id=request_id,
            created_at=at,
            seen_at=at,
            expires_at=at + rules.CITIZEN_LOGIN_FOR,
        )
    )
    return token


def end_login(db: Session, at: datetime, token: str) -> None:
    """End a login; harmless when it has ended."""
    db.execute(
        update(Login).where(Login.token_hash == queries.token_hash(token), Login.ended_at.is_(None)).values(ended_at=at)
    )


def touch(db: Session, at: datetime, login_id: int) -> None:
    """Remember that a login was used."""
    db.execute(update(Login).where(Login.id == login_id).values(seen_at=at))


def act_as(db: Session, who: Who, at: datetime, officer_role_id: int) -> None:
    """Change the role in use without signing out (domain.md F78). Raises NotHere for a role not held."""
    held = next((role for role in queries.roles_of(db, who.officer_id or 0) if role.id == officer_role_id), None)
    if held is None:
        raise NotHere
    db.execute(update(Login).where(Login.id == who.login_id).values(officer_role_id=held.id))
    audit.record(db, who, at, "acted_as", About("officer", who.officer_id, unit_id=held.unit_id), role=held.role.value)


def change_password(db: Session, who: Who, at: datetime, password_hash: str) -> None:
    """Store a new password and end every other login of this officer."""
    officer = db.get_one(Officer, who.officer_id)
    officer.password_hash, officer.must_change_password = password_hash, False
    db.execute(
        update(Login)
        .where(Login.officer_id == officer.id, Login.id != who.login_id, Login.ended_at.is_(None))
        .values(ended_at=at)
    )
    audit.record(db, who, at, "changed_password", About("officer", officer.id, officer.username))


def open_account(db: Session, who: Who, at: datetime, new: NewOfficer, password_hash: str) -> int:
    """Open a personal account with its roles. Raises Refused("username_taken"): names are never used again."""
    if db.scalar(select(Officer.id).where(Officer.username == new.username.lower())):
        raise Refused("username_taken")
    officer = Officer(
        username=new.username.lower(),
        name=text.one_line(new.name),
        name_folded=text.fold(new.name),
        name_sort=text.name_sort_key(new.name),
        title=text.one_line(new.title),
        phone=new.phone,
        email=new.email,
        password_hash=password_hash,
        must_change_password=new.must_change_password,
        created_at=at,
    )
    db.add(officer)
    db.flush()
    allowed = None if who.unit_id == 0 else set(queries.units_below(db, who.unit_id))
    for unit_id, role in new.roles:
        if allowed is not None and unit_id not in allowed:
            raise NotHere
        db.add(OfficerRole(officer_id=officer.id, unit_id=unit_id, role=role, given_at=at))
    audit.record(
        db,
        who,
        at,
        "opened_account",
        About("officer", officer.id, officer.username, unit_id=new.roles[0][0]),
        roles=[role.value for _, role in new.roles],
    )
    return officer.id


def close_account(db: Session, who: Who, at: datetime, officer_id: int) -> None:
    """Close an account for good and end its logins. Raises NotHere, Refused: own_account, account_beyond."""
    line = queries.wholly_managed(db, who, officer_id)
    if line.id == who.officer_id:
        raise Refused("own_account")
    officer = db.get_one(Officer, officer_id)
    if officer.closed_at is None:
        officer.closed_at = at
        db.execute(update(Login).where(Login.officer_id == officer_id, Login.ended_at.is_(None)).values(ended_at=at))
        audit.record(db, who, at, "closed_account", About("officer", officer_id, officer.username))


def is_empty(db: Session) -> bool:
    """Whether no office was founded yet."""
    return db.scalar(select(Unit.id).limit(1)) is None
