"""Real browsers on bad lines: what people see and hear stays within bounds, see `./tiepdan bench lines`."""

import asyncio

import pytest

from tests import parts
from tests.bench.lines import ROWS, Row, Seen, measure, write
from tests.bench.lines_bounds import faults
from tests.bench.lines_way import RETRY_FIRST, Way, Weather, next_attempt


def test_a_way_delays_loses_and_overflows() -> None:
    way = Way(Weather(delay=0.1))
    assert way.datagram(1000, 5.0) == 5.1
    way = Way(Weather(loss=0.3))
    came = sum(way.datagram(1000, float(at)) is not None for at in range(2000))
    assert 1300 < came < 1500
    way = Way(Weather(rate=80_000, queue=0.35, delay=0.05))
    out = [way.datagram(1000, 0.0) for _ in range(10)]
    assert [round(each, 2) for each in out if each is not None] == [0.15, 0.25, 0.35, 0.45]
    assert way.overflowed == 6
    assert Way(Weather(is_cut=True)).datagram(1, 0.0) is None


def test_a_stream_loses_nothing_but_time() -> None:
    way = Way(Weather(delay=0.05, loss=0.5))
    out = [way.segment(100, 0.0) for _ in range(200)]
    assert min(out) == 0.05
    assert 0.1 < sum(out) / len(out) < 0.3
    assert next_attempt(10.0, 10.0) == 10.0
    assert next_attempt(10.0, 10.1) == 10.0 + RETRY_FIRST
    assert round(next_attempt(10.0, 16.0), 1) == 16.2


def seen(**changed: object) -> Seen:
    facts: dict[str, object] = {
        "row": "loss-5", "way": "down", "quiet_fps": 15.0, "fps": 14.0, "freeze": 0.3, "concealed": 0.03,
        "picture_after": 0.1, "recovered_after": 0.1, "kbps": 500, "width": 640, "width_after": 640, "plis": 0,
    }  # fmt: skip
    return Seen(**{**facts, **changed})  # type: ignore[arg-type]


def test_the_bounds_bind() -> None:
    assert faults(seen()) == []
    for worse in ({"fps": 13.0}, {"freeze": 1.1}, {"concealed": 0.5}, {"picture_after": None}, {"picture_after": 3.1}):
        assert len(faults(seen(**worse))) == 1


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.alone("lines")
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
async def test_people_see_and_hear_each_other_on(row: Row, request: pytest.FixtureRequest) -> None:
    if row.relayed:
        parts.require("relay")
    if row.weak_in == "firefox":
        parts.require("firefox")
    found = await measure(row)
    beyond = [fault for each in found for fault in faults(each)]
    if beyond:
        # Two browsers that code pictures need most of two processors; a moment without them is no bad line.
        await asyncio.sleep(5)
        found = await measure(row)
        beyond = [fault for each in found for fault in faults(each)]
    request.node.user_properties.append(("lines", "\n" + write(found)))
    assert beyond == []
