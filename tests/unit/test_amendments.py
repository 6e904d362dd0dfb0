"""What a contract says on a day, whatever its amendments and in whatever order they were written down."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.supplier_quality.agreements.amendments import (
	Acted,
	Amendment,
	Change,
	Overlap,
	Version,
	acted_on,
	acting_before,
	as_of,
	end_as_of,
	in_order,
	overlaps,
	value_as_of,
	versions,
)

CLAUSE = "Clause"
ORIGINAL = {"price": "Prices are fixed.", "delivery": "Within 10 days.", "law": "Courts of the buyer."}
BEGIN = date(2026, 1, 1)


def on(month: int, day: int = 1) -> date:
	return date(2026, month, day)


def amendment(name: str, effective: date, *changes: Change, confirmed: int = 1, **terms) -> Amendment:
	"""An amendment that was confirmed so many hours after the first of January."""
	stamp = datetime(2026, 1, 1) + timedelta(hours=confirmed)
	return Amendment(name, effective, stamp, changes, **terms)


def replace(key: str, text: str) -> Change:
	return Change(CLAUSE, "Replace", key, text)


def add(key: str, text: str) -> Change:
	return Change(CLAUSE, "Add", key, text)


def remove(key: str) -> Change:
	return Change(CLAUSE, "Remove", key)


def test_a_clause_is_replaced_from_the_day_on():
	faster = amendment("A", on(3), replace("delivery", "Within 5 days."))
	assert as_of(ORIGINAL, [faster], on(2, 28), CLAUSE) == ORIGINAL
	assert as_of(ORIGINAL, [faster], on(3), CLAUSE) == {**ORIGINAL, "delivery": "Within 5 days."}


def test_what_is_added_comes_last_and_what_is_replaced_keeps_its_place():
	changes = (replace("price", "Prices follow the index."), add("audit", "We may audit."), remove("law"))
	text = as_of(ORIGINAL, [amendment("A", on(3), *changes)], on(4), CLAUSE)
	assert list(text.items()) == [
		("price", "Prices follow the index."),
		("delivery", "Within 10 days."),
		("audit", "We may audit."),
	]


def test_of_two_overlapping_amendments_the_one_that_takes_effect_later_has_the_last_word():
	"""The first was agreed last, but takes effect before the other."""
	early = amendment("A", on(3), replace("delivery", "Within 5 days."), confirmed=500)
	late = amendment("B", on(6), replace("delivery", "Within 3 days."), confirmed=1)
	assert as_of(ORIGINAL, [late, early], on(4), CLAUSE)["delivery"] == "Within 5 days."
	assert as_of(ORIGINAL, [late, early], on(7), CLAUSE)["delivery"] == "Within 3 days."


def test_of_one_day_what_was_confirmed_last_counts_and_of_one_moment_the_later_name():
	first = amendment("B", on(3), replace("delivery", "first"), confirmed=1)
	second = amendment("A", on(3), replace("delivery", "second"), confirmed=2)
	twin = amendment("C", on(3), replace("delivery", "twin"), confirmed=2)
	assert as_of(ORIGINAL, [second, first], on(3), CLAUSE)["delivery"] == "second"
	assert as_of(ORIGINAL, [twin, second, first], on(3), CLAUSE)["delivery"] == "twin"


def test_replacing_what_another_amendment_removed_brings_it_back_to_its_place():
	without = amendment("A", on(3), remove("delivery"))
	again = amendment("B", on(6), replace("delivery", "Within 3 days."))
	assert "delivery" not in as_of(ORIGINAL, [without, again], on(4), CLAUSE)
	assert list(as_of(ORIGINAL, [without, again], on(6), CLAUSE)) == list(ORIGINAL)


def test_removing_what_is_not_there_changes_nothing():
	assert as_of(ORIGINAL, [amendment("A", on(3), remove("unknown"))], on(4), CLAUSE) == ORIGINAL


def test_clauses_and_obligations_do_not_mix():
	both = amendment("A", on(3), Change("Obligation", "Remove", "price"), replace("law", "Arbitration."))
	assert as_of(ORIGINAL, [both], on(4), CLAUSE) == {**ORIGINAL, "law": "Arbitration."}


def test_end_date_and_value_as_of_a_day():
	longer = amendment("A", on(3), end_date=on(12, 31))
	dearer = amendment("B", on(6), value=Decimal("120.50"))
	both = [dearer, longer]
	assert [end_as_of(on(6, 30), both, day) for day in (on(2), on(3), date.max)] == [
		on(6, 30),
		on(12, 31),
		on(12, 31),
	]
	assert value_as_of(Decimal(100), both, on(5)) == 100
	assert value_as_of(Decimal(100), both) == Decimal("120.50")
	assert value_as_of(Decimal(100), [amendment("C", on(7), value=Decimal(0)), *both]) == 0


def test_who_acted_on_an_entry_and_in_which_order():
	late = amendment("A", on(6), replace("delivery", "late"), remove("law"))
	early = amendment("B", on(3), remove("delivery"), confirmed=9)
	assert acted_on([late, early], on(3), CLAUSE) == {"delivery": [Acted("B", on(3), "Remove")]}
	assert acted_on([late, early], on(6), CLAUSE) == {
		"delivery": [Acted("B", on(3), "Remove"), Acted("A", on(6), "Replace")],
		"law": [Acted("A", on(6), "Remove")],
	}
	assert acted_on([late, early], on(6), "Obligation") == {}


def test_what_an_amendment_finds_is_made_by_those_that_act_before_it():
	first = amendment("A", on(3), confirmed=5)
	same_day = amendment("B", on(3), confirmed=6)
	later = amendment("C", on(4), confirmed=1)
	every = [later, same_day, first]
	assert [one.name for one in acting_before(later, every)] == ["A", "B"]
	assert [one.name for one in acting_before(same_day, every)] == ["A"]
	assert acting_before(first, every) == []


def test_versions_of_an_entry_over_time():
	first = amendment("A", on(3), replace("price", "second"), add("audit", "We may audit."))
	second = amendment("B", on(6), remove("price"))
	third = amendment("C", on(9), replace("price", "third"))
	history = versions(ORIGINAL, [third, first, second], CLAUSE)
	assert history["law"] == [Version(None, None, "Courts of the buyer.")]
	assert history["audit"] == [Version(on(3), None, "We may audit.")]
	assert history["price"] == [
		Version(None, on(2, 28), "Prices are fixed."),
		Version(on(3), on(5, 31), "second"),
		Version(on(9), None, "third"),
	]


def test_an_overlap_says_with_whom_and_who_has_the_last_word():
	ours = amendment("ours", on(6), replace("price", "x"), remove("law"), confirmed=9)
	before = amendment("before", on(3), replace("price", "y"))
	after = amendment("after", on(9), remove("price"))
	elsewhere = amendment("elsewhere", on(3), replace("delivery", "z"))
	assert overlaps(ours, [after, before, elsewhere, ours]) == [
		Overlap("price", "before", True),
		Overlap("price", "after", False),
	]


# Whatever amendments there are

KEYS = ("price", "delivery", "law", "audit", "warranty")
changes = st.builds(
	lambda action, key, entry: Change(CLAUSE, action, key, None if action == "Remove" else entry),
	st.sampled_from(("Add", "Replace", "Remove")),
	st.sampled_from(KEYS),
	st.text("abc", min_size=1, max_size=3),
)
amendment_sets = st.lists(
	st.builds(
		lambda name, days, hours, changed: amendment(
			name, BEGIN + timedelta(days=days), *changed, confirmed=hours
		),
		st.text("ABCDEF", min_size=1, max_size=3),
		st.integers(0, 20),
		st.integers(0, 3),
		st.lists(changes, max_size=3, unique_by=lambda change: change.key),
	),
	max_size=6,
	unique_by=lambda one: one.name,
)
days = st.integers(-3, 25).map(lambda number: BEGIN + timedelta(days=number))


def text(amendments, day):
	"""With the order of the entries, which dictionaries don't compare."""
	return list(as_of(ORIGINAL, amendments, day, CLAUSE).items())


@given(st.data())
def test_the_order_in_which_they_are_given_does_not_matter(data):
	amendments = data.draw(amendment_sets)
	shuffled = data.draw(st.permutations(amendments))
	day = data.draw(days)
	assert text(amendments, day) == text(shuffled, day)
	assert versions(ORIGINAL, amendments, CLAUSE) == versions(ORIGINAL, shuffled, CLAUSE)


@given(amendment_sets, days)
def test_before_the_first_amendment_the_text_is_the_original(amendments, day):
	if all(one.effective_from > day for one in amendments):
		assert text(amendments, day) == list(ORIGINAL.items())


@given(amendment_sets, days)
def test_what_takes_effect_later_changes_nothing_before(amendments, day):
	assert text(amendments, day) == text([one for one in amendments if one.effective_from <= day], day)


@given(st.data())
def test_an_amendment_taken_out_was_never_made(data):
	"""The text is the same as if it were applied step by step without it, by hand."""
	amendments = data.draw(amendment_sets.filter(bool))
	gone = data.draw(st.sampled_from(amendments))
	day = data.draw(days)
	left = [one for one in amendments if one.name != gone.name]
	by_hand: dict[str, str] = dict(ORIGINAL)
	for one in sorted(left, key=lambda row: (row.effective_from, row.confirmed_on, row.name)):
		for change in one.changes if one.effective_from <= day else ():
			if change.action == "Remove":
				by_hand.pop(change.key, None)
			else:
				by_hand[change.key] = change.entry
	assert as_of(ORIGINAL, left, day, CLAUSE) == by_hand
	if not any(change.key in KEYS for change in gone.changes) or gone.effective_from > day:
		assert text(left, day) == text(amendments, day)


@given(amendment_sets, days)
def test_the_versions_say_what_the_text_of_each_day_says(amendments, day):
	holding = {
		key: version.entry
		for key, history in versions(ORIGINAL, amendments, CLAUSE).items()
		for version in history
		if (version.effective_from or date.min) <= day <= (version.effective_until or date.max)
	}
	assert holding == as_of(ORIGINAL, amendments, day, CLAUSE)


@given(amendment_sets, days)
def test_of_those_who_acted_on_an_entry_the_last_one_says_how_it_reads(amendments, day):
	said = as_of(ORIGINAL, amendments, day, CLAUSE)
	by_name = {one.name: one for one in amendments}
	acted = acted_on(amendments, day, CLAUSE)
	for key, changes in acted.items():
		last = [change for change in by_name[changes[-1].amendment].changes if change.key == key][-1]
		assert said.get(key) == last.entry
	assert {key: text for key, text in said.items() if key not in acted} == {
		key: text for key, text in ORIGINAL.items() if key not in acted
	}


@given(amendment_sets)
def test_the_last_one_to_act_is_what_the_contract_says_in_the_end(amendments):
	for one in in_order(amendments)[-1:]:
		final = as_of(ORIGINAL, amendments, date.max, CLAUSE)
		for change in one.changes:
			assert final.get(change.key) == change.entry


@pytest.mark.parametrize("subject", ["Clause", "Obligation"])
def test_nothing_to_amend(subject):
	assert as_of({}, [], BEGIN, subject) == {}
	assert versions({}, [], subject) == {}
