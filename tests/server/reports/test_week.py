"""The weekly digest: on the first morning, once, to those who want it; figures only."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.clock import at_office
from server.house import House
from server.reports import jobs
from server.tables import Case, Officer, OutboxLetter
from server.words import Channel, Role
from tests.conftest import OpenBrowser
from tests.people import LAN
from tests.server.minutes import receptions


@pytest.mark.one_engine
async def test_a_server_that_was_down_on_monday_writes_on_the_next_day_worked_once(house: House) -> None:
    house.db.write_now(reach)
    seen = []
    # Up from Monday night on; the Friday before is another week, at the weekend nobody works.
    for on, hour in ((13, 22), (14, 6), (14, 9), (14, 15), (16, 9), (18, 9), (20, 9)):
        house.clock.set(at_office(date(2026, 7, on), hour, 0))
        await jobs.write_digests(house, {})
        seen.append(len(house.db.read_now(letters)))
    assert seen == [0, 0, 3, 3, 3, 3, 6]


def reach(db: Session) -> None:
    """The chair has a telephone, the office head both; the reception officer has neither."""
    db.execute(update(Officer).where(Officer.username.in_({"hanh", "loan"})).values(phone="0900000001"))
    db.execute(update(Officer).where(Officer.username == "loan").values(email="loan@example.invalid"))


def letters(db: Session) -> list[tuple[Channel, dict[str, str]]]:
    rows = db.scalars(select(OutboxLetter).where(OutboxLetter.template == "weekly_digest").order_by(OutboxLetter.id))
    return [(row.channel, dict(row.facts)) for row in rows]


def make_secret(db: Session) -> str:
    db.execute(update(Case).values(is_restricted=True))
    return db.scalars(select(Case.number)).one()


async def test_the_digest_counts_names_nobody_and_can_be_switched_off(house: House, open_browser: OpenBrowser) -> None:
    house.db.write_now(receptions.book)
    house.db.write_now(reach)
    number = house.db.write_now(make_secret)
    hanh, loan = await open_browser("hanh"), await open_browser("loan")
    assert "/tuan-nay" in await loan.get("/hom-nay")
    mine, hers = await hanh.get("/tuan-nay"), await loan.get("/tuan-nay")
    assert number in mine  # its notice of handling, due on 3 July, is late
    assert number not in hers
    assert "Thông báo kết quả xử lý" not in mine
    assert LAN.name not in mine
    await loan.post("/tuan-nay/thu", wants="0")
    for days in (0, 0, 1):
        house.clock.set(house.clock.now() + timedelta(days))
        await jobs.write_digests(house, {})
    [(channel, facts)] = house.db.read_now(letters)
    assert channel is Channel.SMS
    assert (facts["late"], facts["receptions"], facts["chair_days"], facts["chair_needed"]) == ("1", "1", "1", "2")
    house.clock.set(house.clock.now() + timedelta(6))
    loan = await open_browser("loan")
    await loan.post("/tuan-nay/thu", wants="1")
    await jobs.write_digests(house, {})
    found = house.db.read_now(letters)
    assert sorted(channel for channel, _ in found) == [Channel.MAIL, Channel.SMS, Channel.SMS, Channel.SMS]
    assert {facts["late"] for _, facts in found[1:]} == {"0", "1"}, "the office head knows of no denunciation"
    for channel, facts in found:
        said = house.render(
            f"letters/weekly_digest.{channel}.txt", "vi", {**facts, "unit_name": "UBND", "base_url": "x"}
        )
        assert number not in said
        assert LAN.name not in said
    for stranger in ("dung", "yen", "bao"):
        await (await open_browser(stranger)).get("/tuan-nay", status=403)
    assert number not in await (await open_browser("quan", Role.RECEPTION_OFFICER)).get("/tuan-nay")
