"""What all messages of the wire are made of, see `messages` and `answers`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

MemberCode = Annotated[str, StringConstraints(max_length=64)]


class Wire(BaseModel):
    """One message. Unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FromClient(Wire):
    """A message from a browser. With an `id` it is answered by `done` or `refused`."""

    id: Annotated[str, StringConstraints(max_length=64)] | None = None
