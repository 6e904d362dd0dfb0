"""Placeholders, mandatory types, departures from the library, the numbered text: without an ERP."""

from decimal import Decimal
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_relations.supplier_quality.agreements.clauses import (
	Piece,
	Rule,
	Scope,
	departs,
	difference,
	holds,
	mandatory_types,
	numbered,
	plain,
)
from partner_relations.supplier_quality.agreements.placeholders import (
	BLANK,
	NAMES,
	fill,
	unfilled,
	unknown,
	used,
)

VALUES = {"party": "Ärzte & <b>Co</b>", "company": "Test Co", "start_date": "1 March 2026"}

# Placeholders


def test_fill_escapes_values_and_leaves_a_line_where_there_is_none():
	text = "<p>{party} and { company }, until {end_date}.</p>"
	filled = f"<p>Ärzte &amp; &lt;b&gt;Co&lt;/b&gt; and Test Co, until {BLANK}.</p>"
	assert fill(text, VALUES) == filled
	assert unfilled(text, VALUES) == ["end_date"]
	assert used(text + "{party}") == ["party", "company", "end_date"]


@pytest.mark.parametrize(
	("text", "wrong"),
	[
		("{party} {company}", []),
		("{partner} owes {value} {partner}", ["{partner}"]),
		("{start date}", ["{start date}"]),
		("{}", ["{}"]),
		("{<b>party</b>}", ["{<b>party</b>}"]),
		("{{party}}", ["{", "}"]),
		("a } b {party} {", ["}", "{"]),
		("{{ frappe.db.sql('x') }}", ["{ frappe.db.sql('x') }", "{", "}"]),
	],
)
def test_what_is_no_placeholder(text, wrong):
	assert unknown(text) == wrong


def test_a_value_is_not_filled_again():
	assert fill("{party}", {"party": "{company}", "company": "Test Co"}) == "{company}"


@given(st.text(alphabet="abc {}<>&\n", max_size=40), st.text(max_size=20))
def test_a_text_without_unknown_ones_has_no_braces_left_but_those_of_values(text, value):
	values = {name: value.replace("{", "").replace("}", "") for name in NAMES}
	for name in NAMES:
		whole = f"{text}{{{name}}}"
		filled = fill(whole, values)
		assert filled.endswith(escape(values[name]) or BLANK)
		if not unknown(whole):
			assert "{" not in filled and "}" not in filled
		else:
			assert any(sign in whole.removesuffix(f"{{{name}}}") for sign in "{}")


# Mandatory types

SCOPE = Scope("Supplier", "Test Co", frozenset({"Raw Material", "All Supplier Groups"}), Decimal(50000))


@pytest.mark.parametrize(
	("rule", "expected"),
	[
		(Rule("Delivery"), True),
		(Rule("Delivery", party_type="Supplier"), True),
		(Rule("Delivery", party_type="Customer"), False),
		(Rule("Delivery", company="Test Co"), True),
		(Rule("Delivery", company="Other Co"), False),
		(Rule("Delivery", supplier_group="All Supplier Groups"), True),
		(Rule("Delivery", supplier_group="Services"), False),
		(Rule("Delivery", minimum_value=Decimal(50000)), True),
		(Rule("Delivery", minimum_value=Decimal("50000.01")), False),
		(Rule("Delivery", minimum_value=Decimal(0)), True),
		(Rule("Delivery", "Supplier", "Test Co", "Raw Material", Decimal(1)), True),
		(Rule("Delivery", "Supplier", "Test Co", "Services", Decimal(1)), False),
	],
)
def test_when_a_rule_holds(rule, expected):
	assert holds(rule, SCOPE) is expected


def test_a_value_that_is_not_known_does_not_hide_a_rule():
	rule = Rule("Liability", minimum_value=Decimal(100000))
	assert holds(rule, Scope("Supplier", value=None))
	assert not holds(rule, Scope("Supplier"))


def test_mandatory_types_come_once_in_the_order_of_the_rules():
	rules = [Rule("Price"), Rule("Delivery", company="Other Co"), Rule("Warranty"), Rule("Price", "Supplier")]
	assert mandatory_types(rules, SCOPE) == ["Price", "Warranty"]


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_a_contract_of_more_value_never_needs_less(minimum, value, more):
	rules = [Rule("Liability", minimum_value=minimum), Rule("Payment")]
	low = mandatory_types(rules, Scope("Supplier", value=value))
	assert set(low) <= set(mandatory_types(rules, Scope("Supplier", value=value + more)))


# Departures


@pytest.mark.parametrize(
	("html", "words"),
	[
		(None, ""),
		("", ""),
		("<p>One</p><p>Two</p>", "One\nTwo"),
		("One<br>Two", "One\nTwo"),
		("<ol><li>One</li>\n<li>Two</li></ol>", "One\nTwo"),
		("<p>A\u00a0 <b>bold</b>\n\tword</p>", "A bold word"),
		("<p>5 &lt; 6 &amp; 7</p>", "5 < 6 & 7"),
		("<style>p {}</style><p>Seen</p>", "Seen"),
		("no markup", "no markup"),
	],
)
def test_the_words_of_a_text(html, words):
	assert plain(html) == words


def test_how_a_text_looks_is_no_departure():
	assert not departs(
		"<div class='ql-editor'><p>The <b>supplier</b> delivers.&nbsp;</p></div>", "The supplier\ndelivers."
	)
	assert departs("The supplier delivers late.", "The supplier delivers.")
	assert departs("", "The supplier delivers.")


def test_difference_by_words():
	assert difference("<p>Pay within 30 days of receipt.</p>", "<p>Pay within 60 days of receipt.</p>") == (
		Piece("same", "Pay within "),
		Piece("removed", "30"),
		Piece("added", "60"),
		Piece("same", " days of receipt."),
	)


def test_neighbouring_words_are_one_change():
	assert difference("within one week of it", "within two days of it") == (
		Piece("same", "within "),
		Piece("removed", "one week"),
		Piece("added", "two days"),
		Piece("same", " of it"),
	)


def test_difference_of_chinese_is_by_character():
	assert difference("收货后三十日内付款。", "收货后六十日内付款。") == (
		Piece("same", "收货后"),
		Piece("removed", "三"),
		Piece("added", "六"),
		Piece("same", "十日内付款。"),
	)


@pytest.mark.parametrize(
	("old", "new", "pieces"),
	[
		("", "", ()),
		("", "<p>All new</p>", (Piece("added", "All new"),)),
		("<p>All gone</p>", None, (Piece("removed", "All gone"),)),
		("<p>Same</p>", "Same", (Piece("same", "Same"),)),
	],
)
def test_difference_at_its_ends(old, new, pieces):
	assert difference(old, new) == pieces


texts = st.lists(
	st.sampled_from(
		["<p>", "</p>", "<br>", "one", "two", " ", "\n", "，", "付款", "&lt;", "<b>x</b>", "7.5", "é", "_"]
	)
	| st.text(max_size=4)
).map("".join)


@given(texts, texts)
def test_a_difference_holds_both_texts(old, new):
	pieces = difference(old, new)
	assert "".join(piece.text for piece in pieces if piece.kind != "added") == plain(old)
	assert "".join(piece.text for piece in pieces if piece.kind != "removed") == plain(new)
	assert departs(new, old) is any(piece.kind != "same" for piece in pieces)
	assert all(piece.text for piece in pieces)


# The text of the contract


def test_clauses_are_numbered_and_titles_escaped():
	assert numbered([("Delivery", "<p>In time.</p>"), ("Price & <i>more</i>", "Fixed.")]) == (
		"<h4>1. Delivery</h4>\n<p>In time.</p>\n<h4>2. Price &amp; &lt;i&gt;more&lt;/i&gt;</h4>\nFixed."
	)
	assert numbered([]) == ""
