"""The form that gives a copy for checking."""

from typing import Annotated

from pydantic import BeforeValidator

from server.errors import FieldError
from server.office.forms_fields import FormModel, Key, Ticked, prose, whole

LONGEST = 20_000


class CopyForm(FormModel):
    """What was typed out, for whom, and that somebody read it again."""

    copy_words: Annotated[str, BeforeValidator(prose(LONGEST, least=20))] = ""
    officer_id: Annotated[int, BeforeValidator(whole(1, 2**31 - 1))]
    is_read: Ticked = False
    key: Key

    def faults(self) -> dict[str, FieldError]:
        """Nothing is given that nobody read again."""
        return {} if self.is_read else {"is_read": FieldError("copy_read_again")}
