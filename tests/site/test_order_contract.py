"""What the form of a purchase order says of contracts before it is saved: as saving says it, and to whom."""

import frappe
import pytest
from contract_factories import END, acting_as, approve, contract_in_force, make_blanket_order, make_contract
from factories import day, make_company, make_item, make_order, make_supplier, make_user
from frappe.utils import add_days, today
from support.statements import statements

from partner_relations.supplier_quality.api import purchase

LONG = {"start_date": day(1, 1), "end_date": END}


@pytest.fixture(autouse=True)
def _settings():
	settings(
		po_without_contract="Warn",
		price_departure="Warn",
		contract_needed_above=0,
		agreed_price_tolerance=0,
		reminder_days=30,
	)


def settings(**values):
	for field, value in values.items():
		frappe.db.set_single_value("Supplier Quality Settings", field, value)


def ask(supplier: str, rates=None, **values) -> dict:
	"""The answer to a form with so many lines: rate by item."""
	order = {
		"supplier": supplier,
		"company": "Test Co",
		"transaction_date": today(),
		"currency": "USD",
		"conversion_rate": 1,
		"base_net_total": sum((rates or {}).values()),
		"items": [
			{"idx": idx, "item_code": item, "rate": rate, "conversion_factor": 1, "stock_uom": "Nos"}
			for idx, (item, rate) in enumerate((rates or {}).items(), start=1)
		],
		**values,
	}
	return purchase.contract_of_order(frappe.as_json(order))


# Which contract


def test_the_contract_that_covers_the_order_with_its_end():
	contract = contract_in_force(**LONG)
	found = ask(contract.party_name)
	assert f'/app/contract/{contract.name}">' in found["covered"]
	assert frappe.utils.format_date(END) in found["covered"]
	assert (found["missing"], found["departures"], found["refused"]) == (None, [], False)


def test_a_notice_period_that_ends_soon():
	far = contract_in_force(start_date=day(1, 1), end_date=add_days(today(), 200))
	assert ask(far.party_name)["notice"] is None
	soon = contract_in_force(start_date=day(1, 1), end_date=add_days(today(), 60), notice_days=50)
	assert "in 10 days" in ask(soon.party_name)["notice"]
	frappe.db.set_value("Contract", soon.name, "terminated_on", add_days(today(), 60))
	assert ask(soon.party_name)["notice"] is None
	passed = contract_in_force(
		start_date=day(1, 1), end_date=add_days(today(), 30), notice_days=50, auto_renew=1, renewal_months=12
	)
	assert "it renews" in ask(passed.party_name)["notice"]


def test_none_or_one_that_lapsed_and_what_the_settings_make_of_it():
	lapsed = contract_in_force(start_date="2020-01-01", end_date="2020-12-31")
	unsigned = approve(make_contract(**LONG))
	found = ask(lapsed.party_name)
	assert f"{lapsed.name}</a> ended on" in found["missing"] and not found["refused"]
	assert "signed yet" in ask(unsigned.party_name)["missing"]
	settings(po_without_contract="Refuse")
	assert ask(lapsed.party_name)["refused"] and ask(make_supplier())["refused"]
	settings(po_without_contract="Ignore")
	for supplier in (lapsed.party_name, make_supplier()):
		found = ask(supplier)
		assert (found["covered"], found["missing"], found["refused"]) == (None, None, False)


def test_where_nobody_makes_contracts_nothing_is_said():
	company = make_company()
	assert ask(make_supplier(), company=company)["missing"] is None
	contract_in_force(company=company, **LONG)
	assert ask(make_supplier(), company=company)["missing"]


def test_small_orders_need_none():
	contract_in_force(**LONG)
	settings(contract_needed_above=1000)
	item, supplier = make_item(), make_supplier()
	assert ask(supplier)["missing"] is None
	assert ask(supplier, {item: 1000})["missing"] is None
	assert ask(supplier, {item: 1001})["missing"]


def test_the_date_decides():
	contract = contract_in_force(start_date=day(1, 1), end_date=day(12, 31))
	assert ask(contract.party_name, transaction_date=day(12, 31))["covered"]
	assert ask(contract.party_name, transaction_date=add_days(day(12, 31), 1))["missing"]


# Prices, as saving says it


def test_it_is_what_saving_says():
	"""Other units, a tolerance, a free line, a price that is not agreed: the same before and after."""
	settings(agreed_price_tolerance=5)
	contract = contract_in_force(**LONG)
	agreed, other = [make_item() for _number in range(4)], make_item()
	make_blanket_order(contract, dict.fromkeys(agreed, 10.0))
	lines = [
		{"item_code": agreed[0], "rate": 12},
		{"item_code": agreed[1], "rate": 10.5},
		{"item_code": agreed[2], "rate": 100, "uom": "Box", "conversion_factor": 12},
		{"item_code": agreed[3], "rate": 0, "is_free_item": 1},
		{"item_code": other, "rate": 99},
	]
	frappe.clear_messages()
	saved = make_order(contract.party_name, lines=lines, submit=False)
	told = " ".join(str(message) for message in frappe.get_message_log())
	found = purchase.contract_of_order(saved.as_json())
	assert [sentence.split(",")[0] for sentence in found["departures"]] == ["Row 1", "Row 3"]
	assert all(sentence in told for sentence in found["departures"])
	assert saved.contract in found["covered"]


def test_departing_prices_by_setting():
	contract, item = contract_in_force(**LONG), make_item()
	make_blanket_order(contract, {item: 10})
	found = ask(contract.party_name, {item: 12})
	assert "12.00" in found["departures"][0] and "10.00" in found["departures"][0] and not found["refused"]
	settings(price_departure="Refuse")
	assert ask(contract.party_name, {item: 12})["refused"]
	assert not ask(contract.party_name, {item: 10})["refused"]
	settings(price_departure="Ignore")
	assert ask(contract.party_name, {item: 12})["departures"] == []


# To whom


def test_a_contract_is_named_but_not_linked_for_who_may_not_read_it():
	contract, item = contract_in_force(**LONG), make_item()
	make_blanket_order(contract, {item: 10})
	with acting_as(make_user("Purchase User")):
		assert not frappe.has_permission("Contract", "read", contract.name)
		found = ask(contract.party_name, {item: 12})
	for sentence in (found["covered"], *found["departures"]):
		assert contract.name in sentence and "href" not in sentence


def test_who_may_ask():
	contract = contract_in_force(**LONG)
	with acting_as(make_user("Stock User")), pytest.raises(frappe.PermissionError):
		ask(contract.party_name)
	restricted = make_user("Purchase User")
	frappe.permissions.add_user_permission("Supplier", make_supplier(), restricted)
	with acting_as(restricted), pytest.raises(frappe.PermissionError):
		ask(contract.party_name)
	elsewhere = make_user("Purchase User")
	frappe.permissions.add_user_permission("Company", make_company(), elsewhere)
	with acting_as(elsewhere), pytest.raises(frappe.PermissionError):
		ask(contract.party_name)


@pytest.mark.parametrize("order", ["[]", "{}", '{"supplier": "x"}'])
def test_what_is_no_order_is_refused(order):
	with pytest.raises(frappe.ValidationError):
		purchase.contract_of_order(order)


def test_names_are_escaped():
	contract_in_force(**LONG)
	supplier = make_supplier()
	frappe.db.set_value("Supplier", supplier, "supplier_name", "<img src=x>")
	assert "<img src=x>" not in ask(supplier)["missing"]


# What it costs


@pytest.mark.parametrize("lines", [1, 25])
def test_nothing_is_written_and_lines_cost_nothing(lines):
	contract = contract_in_force(**LONG)
	rates = {make_item(): 12.0 for _number in range(lines)}
	make_blanket_order(contract, dict.fromkeys(rates, 10.0))
	ask(contract.party_name, rates)  # fills the caches
	with statements() as sent:
		found = ask(contract.party_name, rates)
	assert len(found["departures"]) == lines
	assert sent.writes == []
	assert len(sent.of("Contract")) <= 3 and len(sent.of("Item")) == 0
	assert len(sent) <= 6, sent
