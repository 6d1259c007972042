"""Each acceptance fact is listed, and each test that is said to hold one exists."""

from tests.house import facts


def test_every_fact_is_listed_once_and_in_order() -> None:
    assert tuple(fact.number for fact in facts.facts()) == facts.numbers()
    assert len(set(facts.numbers())) == len(facts.numbers()) > 60


def test_every_test_that_holds_a_fact_exists() -> None:
    assert not [test for fact in facts.facts() for test in fact.tests if test not in facts.tests()]


def test_no_test_is_named_after_a_fact_that_is_none() -> None:
    named = {number for test in facts.tests() for number in facts.numbers_of(test)}
    assert named <= set(facts.numbers())
