"""The room's JSON: one shape, several writers, no lost word, answers bound to words."""

import hashlib

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.tables import Minutes, MinutesAnswer, OutboxLetter, Revision
from server.words import Place
from tests.conftest import OpenBrowser
from tests.server.minutes.conftest import CONCLUSION, CONTENT, Meet, ask

pytestmark = pytest.mark.second_engine_slow


def digits_sent(db: Session) -> str:
    letters = db.scalars(select(OutboxLetter).where(OutboxLetter.template == "minutes_code").order_by(OutboxLetter.id))
    return str(list(letters)[-1].facts["digits"])


async def test_the_shape_is_that_of_the_room(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    tu = await open_browser("tu")
    base = f"/phong/{meeting.code}/bien-ban"
    view = await ask(tu, base)
    assert set(view) == {
        "code", "state", "version", "fields", "answers", "paragraphs", "method", "may",
    }  # fmt: skip
    assert view["state"] == "drafting"
    assert view["may"] == {"edit": True, "show": False, "answer": False, "confirm": False}
    assert view["fields"]["content_presented"] == {"words": "", "version": 0, "changed_at": None, "changed_by": None}
    saved = await ask(
        tu, f"{base}/luu", {"field": "content_presented", "words": CONTENT, "version": 0, "key": "k" * 32}
    )
    assert saved == {"version": 1}
    view = await ask(tu, base)
    first = CONTENT.split("\n")[0]
    assert view["paragraphs"]["content_presented"][0] == {
        "paragraph": 0,
        "words": first,
        "words_sha256": hashlib.sha256(first.encode()).hexdigest(),
    }
    assert view["fields"]["content_presented"]["changed_by"] == meeting.tu.name


async def test_two_writers_never_overwrite_and_no_word_is_lost(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    tu, hanh = await open_browser("tu"), await open_browser("hanh")
    base = f"/phong/{meeting.code}/bien-ban"
    await ask(tu, base)
    hers = {"field": "chair_conclusion", "words": "Của Hạnh", "version": 0, "key": "h" * 32}
    his = {"field": "chair_conclusion", "words": "Của Tú", "version": 0, "key": "t" * 32}
    await ask(hanh, f"{base}/luu", hers)
    late = await ask(tu, f"{base}/luu", his, 409)
    assert late == {"code": "stale", "theirs": {"words": "Của Hạnh", "version": 1, "changed_by": meeting.hanh.name}}
    await ask(tu, f"{base}/luu", his, 409)
    kept = meeting.house.db.read_now(
        lambda db: [(r.words, r.is_proposal) for r in db.scalars(select(Revision).order_by(Revision.id))]
    )
    assert kept == [("Của Hạnh", False), ("Của Tú", True)]
    both = {"field": "chair_conclusion", "words": "Của Hạnh\nCủa Tú", "version": 1, "key": "b" * 32}
    assert await ask(tu, f"{base}/luu", both) == {"version": 2}


async def test_a_lost_answer_does_not_write_twice(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    tu = await open_browser("tu")
    base = f"/phong/{meeting.code}/bien-ban"
    await ask(tu, base)
    one = {"field": "citizen_demand", "words": "Dừng xả thải ", "version": 0, "key": "k" * 32}
    assert await ask(tu, f"{base}/luu", one) == {"version": 1}
    assert await ask(tu, f"{base}/luu", one) == {"version": 1}
    assert (await ask(tu, base))["fields"]["citizen_demand"]["words"] == "Dừng xả thải "
    assert meeting.house.db.read_now(lambda db: db.scalar(select(func.count()).select_from(Revision))) == 1


async def test_words_that_come_while_reading_back_are_kept_beside(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    tu = await open_browser("tu")
    late = await ask(
        tu, f"/phong/{meeting.code}/bien-ban/luu",
        {"field": "chair_conclusion", "words": "Thêm", "version": 1, "key": "k" * 32}, 409,
    )  # fmt: skip
    assert (late["code"], late["theirs"]["words"]) == ("minutes_shown", CONCLUSION)
    words = meeting.house.db.read_now(
        lambda db: db.scalars(select(Revision.words).where(Revision.is_proposal.is_(True))).all()
    )
    assert list(words) == ["Thêm"]


async def test_the_citizen_sees_nothing_before_and_answers_after(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.fill()
    lan, tu = await open_browser(), await open_browser("tu")
    link = f"{meeting.link}/bien-ban"
    view = await ask(lan, link)
    assert (view["fields"], view["paragraphs"]) == ({}, {})
    assert not any(view["may"].values())
    shown = await ask(tu, f"/phong/{meeting.code}/bien-ban/trinh", {})
    assert shown["state"] == "read_back"
    view = await ask(lan, link)
    assert view["may"] == {"edit": False, "show": False, "answer": True, "confirm": True}
    first = view["paragraphs"]["content_presented"][0]
    given = {"field": "content_presented", "paragraph": 0, "words_sha256": first["words_sha256"]}
    objected = await ask(lan, f"{link}/tra-loi", {**given, "answer": "object", "objection": "Từ tháng 2"})
    assert objected["answers"] == [
        {"field": "content_presented", "paragraph": 0, "answer": "object", "objection": "Từ tháng 2"}
    ]
    await ask(lan, f"{link}/tra-loi", {**given, "answer": "object", "objection": ""}, 422)
    refused = await ask(lan, f"{link}/tra-loi", {**given, "words_sha256": "0" * 64, "answer": "agree"}, 409)
    assert refused["code"] == "stale"


async def test_an_answer_falls_with_its_words(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    lan, tu = await open_browser(), await open_browser("tu")
    link, base = f"{meeting.link}/bien-ban", f"/phong/{meeting.code}/bien-ban"
    view = await ask(lan, link)
    for p in view["paragraphs"]["content_presented"]:
        await ask(lan, f"{link}/tra-loi", {
            "field": "content_presented", "paragraph": p["paragraph"], "words_sha256": p["words_sha256"],
            "answer": "agree", "objection": None,
        })  # fmt: skip
    await ask(tu, f"{base}/sua", {})
    assert (await ask(lan, link))["fields"] == {}
    changed = CONTENT.replace("Năm hộ", "Sáu hộ")
    await ask(tu, f"{base}/luu", {"field": "content_presented", "words": changed, "version": 1, "key": "n" * 32})
    await ask(tu, f"{base}/trinh", {})
    assert [a["paragraph"] for a in (await ask(lan, link))["answers"]] == [0]
    assert meeting.house.db.read_now(lambda db: db.scalar(select(func.count()).select_from(MinutesAnswer))) == 2


async def test_the_one_time_code(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    lan = await open_browser()
    link = f"{meeting.link}/bien-ban"
    early = await ask(lan, f"{link}/xac-nhan", {"method": "one_time_code", "code": "000000"}, 409)
    assert early["code"] == "code_expired"
    await ask(lan, f"{link}/ma", {})
    digits = meeting.house.db.read_now(digits_sent)
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    codes = [
        (await ask(lan, f"{link}/xac-nhan", {"method": "one_time_code", "code": wrong}, 409))["code"] for _ in range(5)
    ]
    assert codes == ["code_wrong"] * 4 + ["code_tries"]
    spent = await ask(lan, f"{link}/xac-nhan", {"method": "one_time_code", "code": digits}, 409)
    assert spent["code"] == "code_tries"
    await ask(lan, f"{link}/ma", {})
    fresh = meeting.house.db.read_now(digits_sent)
    view = await ask(lan, f"{link}/xac-nhan", {"method": "one_time_code", "code": f" {fresh[:3]} {fresh[3:]}"})
    assert (view["state"], view["method"]) == ("confirmed", "one_time_code")
    again = await ask(lan, f"{link}/xac-nhan", {"method": "one_time_code", "code": ""})
    assert again["state"] == "confirmed"


async def test_codes_are_not_sent_without_end(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    lan = await open_browser()
    for _ in range(5):
        await ask(lan, f"{meeting.link}/bien-ban/ma", {})
    assert (await ask(lan, f"{meeting.link}/bien-ban/ma", {}, 409))["code"] == "code_too_often"
    facts = meeting.house.db.read_now(lambda db: db.scalars(select(OutboxLetter.facts)).all())
    assert all("Nước thải" not in str(fact) for fact in facts)


async def test_an_objection_contests_what_is_confirmed(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    lan = await open_browser()
    link = f"{meeting.link}/bien-ban"
    first = (await ask(lan, link))["paragraphs"]["chair_conclusion"][0]
    await ask(lan, f"{link}/tra-loi", {
        "field": "chair_conclusion", "paragraph": 0, "words_sha256": first["words_sha256"], "answer": "object",
        "objection": "Cần sớm hơn",
    })  # fmt: skip
    assert (await ask(lan, f"{link}/xac-nhan", {"method": "spoken"}))["state"] == "contested"


@pytest.mark.parametrize("place", [Place.HOME, Place.WARD])
async def test_wet_signature_needs_the_site_or_a_scan(meet: Meet, open_browser: OpenBrowser, place: Place) -> None:
    meeting = meet(place)
    meeting.show()
    tu = await open_browser("tu")
    status = 200 if place is Place.WARD else 409
    answer = await ask(tu, f"/phong/{meeting.code}/bien-ban/xac-nhan", {"method": "signed_at_site"}, status)
    assert answer.get("code") == ("signed_without_scan" if place is Place.HOME else answer["code"])
    citizen = await open_browser()
    await ask(citizen, f"{meeting.link}/bien-ban/xac-nhan", {"method": "signed_at_site"}, 409)


async def test_a_refusal_keeps_ground_and_witness(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    tu = await open_browser("tu")
    base = f"/phong/{meeting.code}/bien-ban"
    await ask(tu, f"{base}/xac-nhan", {"method": "refused", "ground": ""}, 422)
    view = await ask(tu, f"{base}/xac-nhan", {"method": "refused", "ground": "Không đồng ý kết luận"})
    assert view["state"] == "refused"
    (row,) = meeting.rows(Minutes)
    assert (row.refused_ground, row.witness) == ("Không đồng ý kết luận", meeting.hanh.name)


async def test_other_wards_and_strangers_find_nothing(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    quan = await open_browser("quan")
    base = f"/phong/{meeting.code}/bien-ban"
    await ask(quan, base, status=404)
    one = {"field": "chair_conclusion", "words": "x", "version": 1, "key": "k" * 32}
    await ask(quan, f"{base}/luu", one, 404)
    await ask(quan, f"{base}/trinh", {}, 404)
    police = await open_browser("cuong")
    await ask(police, base, status=403)
    stranger = await open_browser()
    await ask(stranger, base, status=401)
    await ask(stranger, f"/vao/{meeting.held.appointment_code}.aaaaaaaaaaaaaaaaaaaa/bien-ban", status=404)
