"""How a matter counts: one vocabulary for registrations and petitions, and what goes with which kind."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from server.intake.rules_sorting import DIRECTIONS, FIELDS, OWN, SENT_AWAY, STANDINGS, Sorting, choices, sorting_faults
from server.words import Direction, Instance, Kind, PetitionField, Standing

TODAY = date(2026, 7, 6)
SAID = st.builds(
    Sorting,
    st.none() | st.sampled_from(PetitionField),
    st.none() | st.sampled_from(Standing),
    st.sampled_from(Instance),
    st.none() | st.sampled_from(Direction),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)


@given(kind=st.sampled_from(Kind), said=SAID, is_sent_away=st.booleans())
@settings(max_examples=80)
def test_what_a_page_offers_for_a_kind_is_what_its_rule_takes(kind: Kind, said: Sorting, is_sent_away: bool) -> None:
    offered = choices(kind)
    faults = sorting_faults(kind, said, TODAY, is_sent_away=is_sent_away)
    assert ("petition_field" in faults) == (said.field is not None and said.field not in offered.fields)
    assert ("standing" in faults) == (said.standing is not None and said.standing not in offered.standings)
    assert ("direction" in faults) == (said.direction is not None and said.direction not in offered.directions)
    assert ("instance" in faults) == (said.instance is Instance.SECOND and not offered.has_instance)
    goes = said.direction in SENT_AWAY if said.direction else is_sent_away
    is_odd = said.replied_on is not None and (said.replied_on > TODAY or not goes)
    assert ("replied_on" in faults) == is_odd


def test_every_kind_can_be_said_in_the_words_of_every_kind() -> None:
    everything = choices(None)
    assert set(everything.fields) == {one for fields in FIELDS.values() for one in fields}
    assert set(everything.standings) == {one for standings in STANDINGS.values() for one in standings}
    assert not OWN & SENT_AWAY
    assert all(set(ways) <= OWN | SENT_AWAY for ways in DIRECTIONS.values())
