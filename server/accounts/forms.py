"""Sign-in, password and officer forms: text from a browser becomes a record, or field errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server import text
from server.accounts import rules
from server.accounts.actions import NewOfficer
from server.errors import BadForm, FieldError
from server.words import Role


@dataclass(frozen=True, slots=True)
class SignIn:
    """A name and a password as typed."""

    username: str
    password: str


def line(form: Mapping[str, Any], name: str, longest: int = 200) -> str:
    """Return one line of a form in normal form, cut to nothing if a file was sent instead."""
    value = form.get(name, "")
    return (
        text.one_line(value)
        if isinstance(value, str) and len(value) <= longest * 4
        else "x" * (longest + 1)
        if value
        else ""
    )


def sign_in(form: Mapping[str, Any]) -> SignIn:
    """Read the sign-in form. Raises BadForm for empty fields only: what is wrong is never said in detail."""
    username, password = line(form, "username", 60), form.get("password", "")
    errors = {
        name: FieldError("required") for name, value in (("username", username), ("password", password)) if not value
    }
    if errors or not isinstance(password, str):
        raise BadForm(errors)
    return SignIn(username[:60], password[: rules.LONGEST_TYPED])


def new_password(form: Mapping[str, Any], username: str) -> str:
    """Read a new password typed twice, and return it in the form that is hashed."""
    first, second = (rules.password_form(str(form.get(name, ""))) for name in ("password", "again"))
    errors: dict[str, FieldError] = {}
    if fault := rules.password_fault(first, username):
        errors["password"] = FieldError(fault, {"least": rules.SHORTEST_PASSWORD, "most": rules.LONGEST_PASSWORD})
    elif first != second:
        errors["again"] = FieldError("password_differs")
    if errors:
        raise BadForm(errors)
    return first


def officer(form: Mapping[str, Any], allowed_units: frozenset[int]) -> tuple[NewOfficer, str]:
    """Read the form that opens an account: the record, and the first password in the form that is hashed."""
    values = {name: line(form, name) for name in ("username", "name", "title", "phone", "email", "role", "unit_id")}
    errors = {
        name: FieldError("required") for name in ("username", "name", "title", "role", "unit_id") if not values[name]
    }
    errors |= {name: FieldError("too_long", {"most": 200}) for name, value in values.items() if len(value) > 200}  # noqa: PLR2004 the column's width
    phone = text.phone_number(values["phone"]) if values["phone"] else ""
    if phone is None:
        errors["phone"] = FieldError("phone")
    if "username" not in errors and not values["username"].replace(".", "").replace("-", "").isascii():
        errors["username"] = FieldError("username")
    if "role" not in errors and (values["role"] not in set(Role) or values["role"] == Role.CITIZEN):
        errors["role"] = FieldError("choice")
    if "unit_id" not in errors and (not values["unit_id"].isdecimal() or int(values["unit_id"]) not in allowed_units):
        errors["unit_id"] = FieldError("choice")
    password = rules.password_form(str(form.get("password", "")))
    if fault := rules.password_fault(password, values["username"] or "-"):
        errors["password"] = FieldError(fault, {"least": rules.SHORTEST_PASSWORD, "most": rules.LONGEST_PASSWORD})
    if errors:
        raise BadForm(errors)
    new = NewOfficer(
        username=values["username"],
        name=values["name"],
        title=values["title"],
        roles=((int(values["unit_id"]), Role(values["role"])),),
        phone=phone or "",
        email=values["email"],
    )
    return new, password
