"""What a consultation leaves under seal: in no ordinary file, opened by the ward's chair alone, and not in secret."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.archive import actions
from server.house import House
from server.tables import AuditEntry, Playback, Segment
from tests.conftest import OpenBrowser
from tests.server.minutes.receptions import NINE, SHA, Held, Room, book

pytestmark = pytest.mark.one_engine
GROUND = "Theo văn bản yêu cầu số 12 của Thanh tra thành phố"


def hold(db: Session) -> Held:
    """Lan is recorded for 25 minutes, of which three are under seal; both parts are playable."""
    held = book(db)
    room, lan = Room(held), held.citizen_member
    room.note(db, "room_opened", -5)
    room.note(db, "began", 0, by=lan, is_waived=False, present={"citizen": lan}, lacking=[], ground="")
    why = "Trao đổi về người cung cấp tin"
    room.note(db, "consultation_began", 15, by="x", rule="sealed", ground=why, members=["x", lan])
    room.note(db, "consultation_ended", 18, by="x", reason="ended", members=["x", lan])
    room.note(db, "ended", 25, by=lan)
    for number, (name, first, last) in enumerate([("001", 0, 15), ("002.sealed", 15, 18), ("003", 18, 25)], 1):
        begins, ends = NINE + timedelta(minutes=first), NINE + timedelta(minutes=last)
        facts = {"member": lan, "segment": number, "file": f"{lan}-{name}.webm", "bytes": 1000, "sha256": SHA}
        facts |= {"zero_ms": first * 60_000, "started_at": begins.isoformat(), "ended_at": ends.isoformat()}
        # The worker's word is not needed: the name of the file says it too.
        room.note(db, "segment_closed", last, lan, **facts, has_audio=True, has_video=True, closed="clean")
    for wanted in actions.open_playbacks(db, held.code):
        made = {"file": "sealed/l.webm" if wanted.under_seal else "playback/l.webm", "bytes": 9, "sha256": SHA}
        actions.keep_playback(db, NINE, wanted, made | {"duration_ms": 1_500_000})
    return held


def keep_files(house: House, code: str) -> None:
    for name in ("sealed", "playback"):
        folder = house.settings.recording(code) / name
        folder.mkdir(parents=True)
        (folder / "l.webm").write_bytes(bytes(9))


async def test_only_the_chair_opens_it_with_a_ground_that_everybody_reads(
    house: House, open_browser: OpenBrowser
) -> None:
    held = await house.db.write(hold)
    keep_files(house, held.code)
    rows = await house.db.read(lambda db: {each.under_seal: each.code for each in db.scalars(select(Playback))})
    sealed = await house.db.read(lambda db: list(db.scalars(select(Segment.number).where(Segment.under_seal))))
    assert sealed == [2]
    page, secret = f"/ban-ghi/{held.code}", f"/ban-ghi/{held.code}/niem-phong/{rows[True]}.webm"
    desk, chair = await open_browser("tu"), await open_browser("hanh")
    seen = await desk.get(page)
    assert "Trao đổi riêng, đã niêm phong" in seen
    assert "Chỉ Chủ tịch UBND nơi tiếp được mở" in seen
    assert f"{page}/{rows[False]}.webm" in seen
    assert rows[True] not in seen

    await desk.post(f"{page}/niem-phong", {"seal_ground": GROUND}, status=404)
    await (await open_browser("quan")).post(f"{page}/niem-phong", {"seal_ground": GROUND}, status=404)
    assert "seal_ground" in await chair.post(f"{page}/niem-phong", {"seal_ground": " ", "key": "a" * 32}, status=422)
    for browser in (chair, desk):
        # As an ordinary file it is not there either.
        for path in (secret, f"{page}/{rows[True]}.webm"):
            await browser.get(path, 404)

    for _ in range(2):
        await chair.post(f"{page}/niem-phong", {"seal_ground": GROUND, "key": "a" * 32})
    assert secret in await chair.get(page)
    await chair.get(secret)
    await desk.get(secret, 404)
    seen = await desk.get(page)
    assert GROUND in seen
    assert rows[True] not in seen
    done = select(AuditEntry.verb).where(AuditEntry.verb.in_(("opened_seal", "watched_sealed"))).order_by(AuditEntry.id)
    assert await house.db.read(lambda db: list(db.scalars(done))) == ["opened_seal", "watched_sealed"]

    house.clock.set(house.clock.now() + timedelta(minutes=61))
    await chair.get(secret, 404)
    assert GROUND in await desk.get(page)
