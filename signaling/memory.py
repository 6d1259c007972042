"""Python's collector of cycles, where packets are forwarded: while it looks, every packet waits."""

import gc

_FIRST = 5000
_SECOND = 10
_THIRD = 10


def settle() -> None:
    """Call when everything is loaded: that stays and is not looked at again; the rest is, less often.

    A look at everything took 70 to 90 ms with 48 people; what packets leave behind is freed without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_FIRST, _SECOND, _THIRD)
