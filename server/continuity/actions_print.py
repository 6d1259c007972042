"""Print the kit of a ward's day, or give the one that was printed in the morning."""

from server.clock import local
from server.continuity import actions_kit, queries_kit, rules_kit
from server.documents import print_paper
from server.house import House
from server.i18n import time_vi


async def ready_kit(house: House, unit_id: int) -> str:
    """Return the name in the file store of today's kit, printed again when the day changed. Raises Unavailable."""
    at = house.clock.now()
    on = local(at).date()
    day = await house.db.read(queries_kit.day, unit_id, on)
    facts = rules_kit.kit_facts(day, lambda key: house.words.find("labels", key, "vi"))
    content = rules_kit.fingerprint(facts)
    kept = await house.db.read(queries_kit.kept, unit_id, on)
    if kept is not None and kept.content_sha256 == content and house.files.path(kept.stored_as).is_file():
        return kept.stored_as
    made = await print_paper(house, "kit", {**facts, "made": time_vi(at)})
    try:
        before = await house.db.write(actions_kit.keep, at, unit_id, content, made)
    except Exception:
        # It carries names and telephones, and nothing would name it.
        house.files.drop(made.stored_as)
        raise
    if before:
        house.files.drop(before)
    return made.stored_as


async def tidy(house: House) -> None:
    """Drop the kits of days that are over."""
    past = await house.db.read(queries_kit.past, house.clock.today())
    if past:
        await house.db.write(actions_kit.forget, [each for each, _ in past])
        for _, stored_as in past:
            house.files.drop(stored_as)
