"""The form that opens what is under seal."""

from typing import Annotated

from pydantic import BeforeValidator

from server.office.forms_fields import FormModel, Key, prose

LONGEST = 500


class OpeningForm(FormModel):
    """Why it is opened; everybody who watches the recording reads it."""

    seal_ground: Annotated[str, BeforeValidator(prose(LONGEST, least=10))] = ""
    key: Key
