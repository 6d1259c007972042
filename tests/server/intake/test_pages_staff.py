"""Files come down safely, refusals follow the law, the list finds without accents."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.house import House
from server.tables import Officer, OutboxLetter
from tests.conftest import OpenBrowser
from tests.journeys.test_1_register import MATTER, PDF, fill, register, upload


def give_telephones(db: Session) -> None:
    db.execute(update(Officer).where(Officer.username == "hanh").values(phone="0900000009"))


def reports(db: Session) -> list[tuple[str, dict[str, str]]]:
    rows = db.scalars(select(OutboxLetter).where(OutboxLetter.template == "declined_report"))
    return [(row.address, dict(row.facts)) for row in rows]


async def with_file(open_browser: OpenBrowser) -> str:
    browser = await open_browser()
    await fill(browser)
    await browser.post("/dang-ky/noi-dung", MATTER)
    await upload(browser, "/dang-ky/giay-to", 'đơn "một".pdf', PDF, go="next")
    page = await browser.get("/dang-ky/gui")
    key = page.split('name="key" value="')[1].split('"', 1)[0]
    return (await browser.post("/dang-ky/gui", key=key)).split("/")[2]


async def test_a_file_comes_down_as_itself_and_only_to_the_unit(open_browser: OpenBrowser) -> None:
    code = await with_file(open_browser)
    tu = await open_browser("tu")
    page = await tu.get(f"/dang-ky-moi/{code}")
    path = page.split(f'href="/dang-ky-moi/{code}/tep/')[1].split('"', 1)[0]
    path = f"/dang-ky-moi/{code}/tep/{path}"
    async with tu.http.get(path) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        kept = answer.headers["Content-Disposition"]
        assert kept.startswith("attachment; filename=")
        assert "filename*=UTF-8''%C4%91%C6%A1n" in kept
        assert await answer.read() == PDF
    await (await open_browser("quan")).get(path, status=404)
    await (await open_browser("khoa")).get(path, status=403)
    await tu.get(f"/dang-ky-moi/{code}/tep/TL-XXXX-XXXX", status=404)


async def test_f31_declining_needs_words_and_a_ground_and_tells_the_head(
    open_browser: OpenBrowser, house: House
) -> None:
    house.db.write_now(give_telephones)
    code = await register(await open_browser())
    tu = await open_browser("tu")
    path = f"/dang-ky-moi/{code}/tu-choi"
    page = await tu.post(path, {"ground": "disorder", "decline_words": "ngắn"}, status=422)
    assert "ít nhất 10 ký tự" in page
    assert "ngắn" in page
    await tu.post(path, {"decline_words": "Một lý do đủ dài."}, status=422)
    await tu.post(path, {"ground": "disorder", "decline_words": "Vi phạm nội quy nơi tiếp."})
    assert house.db.read_now(reports) == [("0900000009", {"code": code})]


async def test_the_inbox_finds_without_accents_and_survives_odd_addresses(open_browser: OpenBrowser) -> None:
    code = await register(await open_browser())
    tu = await open_browser("tu")
    for words in ("nguyen thi lan", "NGUYỄN", "thu hoi thua dat", code.lower()):
        assert code in await tu.get(f"/dang-ky-moi?tim={words}")
    for query in ("?trang=0", "?trang=x", "?trang=999999999", "?loc=khong-co", "?tim=%25_%27"):
        await tu.get(f"/dang-ky-moi{query}")
        await tu.get(f"/vu-viec{query}")


async def test_a_referral_reaches_the_citizen_in_words(open_browser: OpenBrowser) -> None:
    lan = await open_browser()
    code = await register(lan)
    tu = await open_browser("tu")
    form = {"refer_to": "Sở Xây dựng", "refer_words": "Xin gửi đơn tới Sở Xây dựng."}
    await tu.post(f"/dang-ky-moi/{code}/huong-dan", form)
    assert "Xin gửi đơn tới Sở Xây dựng." in await lan.get(f"/tra-cuu/{code}")
    await tu.post(f"/dang-ky-moi/{code}/nhan", {"join": ""}, status=409)
