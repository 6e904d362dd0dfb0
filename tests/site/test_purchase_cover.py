"""Purchase orders and contracts: which one covers an order, what is said where none does, agreed prices."""

import frappe
import pytest
from contract_factories import END, acting_as, approve, contract_in_force, make_blanket_order, make_contract
from factories import COMPANY, day, make_company, make_item, make_order, make_supplier, make_user
from frappe.utils import add_days, add_years
from support.statements import statements

from partner_relations.supplier_quality import purchase_cover

LAST_YEAR = {"start_date": day(1, 1), "end_date": day(12, 31)}
LONG = {"start_date": day(1, 1), "end_date": END}


@pytest.fixture(autouse=True)
def _settings():
	settings(po_without_contract="Warn", price_departure="Warn", contract_needed_above=0)


def settings(**values):
	for field, value in values.items():
		frappe.db.set_single_value("Supplier Quality Settings", field, value)


def said() -> str:
	"""What was told to the user since the last time."""
	text = " ".join(str(message) for message in frappe.get_message_log())
	frappe.clear_messages()
	return text


def order(supplier, **values):
	frappe.clear_messages()
	return make_order(supplier, submit=False, **values)


# Which contract


def test_an_order_names_the_contract_that_covers_it():
	contract = contract_in_force(**LONG)
	saved = order(contract.party_name)
	assert saved.contract == contract.name
	assert "No contract" not in said()
	assert frappe.db.get_value("Purchase Order", saved.name, "contract") == contract.name


def test_nobody_sets_the_contract_by_hand():
	contract, other = contract_in_force(**LONG), contract_in_force(**LONG)
	saved = order(contract.party_name, contract=other.name)
	assert saved.contract == contract.name
	saved.contract = other.name
	saved.save()
	assert saved.contract == contract.name


def test_the_date_of_the_order_decides():
	contract = contract_in_force(**LAST_YEAR)
	for on, covered in ((day(1, 1), True), (day(12, 31), True), (add_days(day(1, 1), -1), False)):
		saved = order(contract.party_name, ordered_on=on, due=day(12, 31))
		assert bool(saved.contract) is covered, on
	saved = order(contract.party_name, ordered_on=add_days(day(12, 31), 1), due=END)
	assert saved.contract is None


def test_what_has_expired_since_covers_an_order_of_its_time():
	contract = contract_in_force(**LAST_YEAR)
	frappe.db.set_value("Contract", contract.name, "life_cycle", "Expired")
	assert order(contract.party_name).contract == contract.name


def test_the_contract_of_the_company_decides_then_the_one_that_began_last():
	supplier = make_supplier()
	everywhere = contract_in_force(supplier, **LONG)
	frappe.db.set_value("Contract", everywhere.name, {"company": None, "start_date": day(1, 2)})
	assert order(supplier).contract == everywhere.name
	older = contract_in_force(supplier, start_date="2020-01-01", end_date=END)
	assert order(supplier).contract == older.name
	newer = contract_in_force(supplier, **LONG)
	assert order(supplier).contract == newer.name
	assert order(supplier, company=make_company()).contract == everywhere.name


def test_other_contracts_do_not_cover():
	supplier = make_supplier()
	make_contract(supplier, **LONG)
	approve(make_contract(supplier, **LONG))
	contract_in_force(**LONG)
	cancelled = contract_in_force(supplier, **LONG)
	cancelled.cancel()
	assert order(supplier).contract is None


# Where none does


def test_a_lapsed_contract_is_named_with_its_end():
	contract = contract_in_force(start_date="2020-01-01", end_date="2020-12-31")
	saved = order(contract.party_name)
	text = said()
	assert saved.contract is None
	assert contract.name in text and "12-31-2020" in text


def test_one_that_begins_later_or_is_not_signed_is_named():
	supplier = make_supplier()
	later = contract_in_force(supplier, start_date=add_years(END, -1), end_date=END)
	unsigned = approve(make_contract(supplier, **LONG))
	order(supplier)
	text = said()
	assert f"{later.name}</a> begins on" in text
	assert f"{unsigned.name}</a> isn" in text and "signed yet" in text


def test_it_is_said_once_and_again_when_something_changes():
	contract_in_force()
	saved = order(make_supplier())
	assert "No contract" in said()
	saved.save()
	assert "No contract" not in said()
	saved.items[0].qty = 20
	saved.save()
	assert "No contract" in said()
	saved.submit()
	assert "No contract" not in said()


def test_a_company_without_contracts_is_not_warned():
	"""Neither a draft nor another company's contract is one; what is to be refused is refused."""
	company = make_company()
	make_contract(company=company)
	contract_in_force()
	supplier = make_supplier()
	order(supplier, company=company)
	assert "No contract" not in said()
	settings(po_without_contract="Refuse")
	with pytest.raises(frappe.ValidationError, match="No contract with"):
		order(supplier, company=company)
	settings(po_without_contract="Warn")
	contract_in_force(company=company)
	order(supplier, company=company)
	assert "No contract" in said()


def test_a_supplier_whose_contract_lapsed_is_told_though_it_was_the_only_one():
	company = make_company()
	contract = contract_in_force(company=company, start_date="2020-01-01", end_date="2020-12-31")
	frappe.db.set_value("Contract", contract.name, "life_cycle", "Terminated")
	order(contract.party_name, company=company)
	assert contract.name in said()


def test_refused_by_setting():
	saved = order(make_supplier())
	settings(po_without_contract="Refuse")
	with pytest.raises(frappe.ValidationError, match="No contract with"):
		saved.submit()  # what was only warned about before
	with pytest.raises(frappe.ValidationError, match="No contract with"):
		order(make_supplier())
	contract = contract_in_force(**LONG)
	assert order(contract.party_name).submit().docstatus == 1


def test_ignored_by_setting_the_contract_is_shown_all_the_same():
	settings(po_without_contract="Ignore")
	order(make_supplier())
	assert "No contract" not in said()
	contract = contract_in_force(**LONG)
	assert order(contract.party_name).contract == contract.name


def test_small_orders_need_none_in_company_currency():
	settings(contract_needed_above=1000, po_without_contract="Refuse")
	order(make_supplier(), quantity=100, rate=10)
	with pytest.raises(frappe.ValidationError, match="No contract with"):
		order(make_supplier(), quantity=100, rate=10, currency="EUR", conversion_rate=1.2)


def test_names_are_escaped():
	supplier = make_supplier(supplier_group=frappe.get_all("Supplier Group", limit=1, pluck="name")[0])
	frappe.db.set_value("Supplier", supplier, "supplier_name", "<img src=x>")
	order(supplier)
	assert "<img src=x>" not in said()


# Prices


def agreed(rate: float, supplier=None, **values):
	"""A contract with an agreed price for a new item: (supplier, item, contract)."""
	item = make_item()
	contract = contract_in_force(supplier, **{**LONG, **values})
	make_blanket_order(contract, {item: rate})
	return contract.party_name, item, contract


def test_a_price_that_departs_is_told_with_row_and_both_prices():
	supplier, item, contract = agreed(10)
	order(supplier, item=item, rate=10)
	assert "instead of" not in said()
	for rate, shown in ((12, "12.00"), (9, "9.00")):
		order(supplier, item=item, rate=rate)
		text = said()
		assert "Row 1" in text and shown in text and "10.00" in text and contract.name in text


def test_departing_prices_are_refused_by_setting_and_ignored_by_another():
	supplier, item, _contract = agreed(10)
	settings(price_departure="Refuse")
	with pytest.raises(frappe.ValidationError, match="instead of"):
		order(supplier, item=item, rate=12)
	settings(price_departure="Ignore")
	order(supplier, item=item, rate=12)
	assert "instead of" not in said()


def test_tolerance_in_percent():
	supplier, item, _contract = agreed(10)
	settings(agreed_price_tolerance=5)
	for rate, departs in ((10.5, False), (9.5, False), (10.51, True), (9.49, True)):
		order(supplier, item=item, rate=rate)
		assert ("instead of" in said()) is departs, rate


def test_prices_are_compared_per_stock_unit():
	supplier, item, _contract = agreed(10)
	box = {"uom": "Box", "conversion_factor": 12}
	order(supplier, lines=[{"item_code": item, "rate": 120, **box}])
	assert "instead of" not in said()
	order(supplier, lines=[{"item_code": item, "rate": 10, **box}])
	assert "instead of" in said()


def test_a_third_of_a_cent_is_rounding():
	supplier, item, _contract = agreed(3.333333)
	order(supplier, lines=[{"item_code": item, "rate": 9.99999, "uom": "Box", "conversion_factor": 3}])
	assert "instead of" not in said()


def test_other_currencies():
	frappe.get_doc(
		doctype="Currency Exchange",
		date=day(1, 1),
		from_currency="EUR",
		to_currency="USD",
		exchange_rate=1.25,
		for_buying=1,
		for_selling=1,
	).insert()
	supplier, item, _contract = agreed(10, currency="EUR")
	euro = {"currency": "EUR", "conversion_rate": 1.1}  # the order's own rate of the day doesn't matter
	for values, rate, departs in (
		(euro, 10, False),
		(euro, 11, True),
		({}, 12.5, False),
		({}, 10, True),
		({"currency": "GBP", "conversion_rate": 2}, 6.25, False),
		({"currency": "GBP", "conversion_rate": 2}, 12.5, True),
	):
		order(supplier, item=item, rate=rate, **values)
		assert ("instead of" in said()) is departs, (values, rate)


def test_a_currency_without_an_exchange_rate_is_not_compared():
	supplier, item, _contract = agreed(10, currency="CHF")
	order(supplier, item=item, rate=99)
	assert "instead of" not in said()


def test_only_submitted_blanket_orders_of_the_contract_and_the_day_count():
	item = make_item()
	contract = contract_in_force(**LONG)
	make_blanket_order(contract, {item: 10}, submit=False)
	make_blanket_order(contract, {item: 11}, contract=None)
	make_blanket_order(contract, {item: 12}, from_date=day(6, 1))
	order(contract.party_name, item=item, rate=99)
	assert "instead of" not in said()
	make_blanket_order(contract, {item: 98}, from_date=day(1, 1))
	order(contract.party_name, item=item, rate=99)
	assert "98.00" in said()


def test_of_two_prices_the_newer_holds():
	supplier, item, contract = agreed(10)
	make_blanket_order(contract, {item: 11}, from_date=day(1, 2))
	order(supplier, item=item, rate=11)
	assert "instead of" not in said()


def test_prices_of_all_contracts_that_cover_the_order_hold():
	supplier, item, _first = agreed(10)
	_supplier, other, _second = agreed(20, supplier, start_date=day(1, 2))
	order(supplier, lines=[{"item_code": item, "rate": 11}, {"item_code": other, "rate": 21}])
	text = said()
	assert "Row 1" in text and "Row 2" in text


def test_a_price_changed_after_submission_is_told():
	supplier, item, _contract = agreed(10)
	saved = order(supplier, item=item, rate=10).submit()
	line = saved.items[0]
	from erpnext.controllers.accounts_controller import update_child_qty_rate

	rows = [{"docname": line.name, "name": line.name, "item_code": item, "qty": 10, "rate": 15, "idx": 1}]
	frappe.clear_messages()
	update_child_qty_rate("Purchase Order", frappe.as_json(rows), saved.name)
	assert "instead of" in said()


# What it costs


@pytest.mark.parametrize("lines", [1, 25])
def test_at_most_two_indexed_queries_whatever_the_lines(lines, monkeypatch):
	contract = contract_in_force(**LONG)
	items = [make_item() for _number in range(lines)]
	make_blanket_order(contract, dict.fromkeys(items, 10.0))
	saved = order(contract.party_name, lines=[{"item_code": item, "rate": 12} for item in items])
	saved._doc_before_save = None  # as when it is entered
	frappe.get_cached_doc("Supplier Quality Settings")
	frappe.clear_messages()
	sent, real = [], frappe.db.sql

	def noted(query, values=(), *args, **options):
		sent.append((str(query), values))
		return real(query, values, *args, **options)

	monkeypatch.setattr(frappe.db, "sql", noted)
	purchase_cover.check_purchase_order(saved, "validate")
	monkeypatch.undo()
	assert len(sent) == 2
	assert said().count("instead of") == min(lines, 20)
	for query, values in sent:
		plan = frappe.db.sql(f"EXPLAIN {query}", values, as_dict=True)
		assert all(row.possible_keys for row in plan if row.table), query


def test_two_queries_where_there_is_no_contract():
	contract_in_force()
	saved = order(make_supplier())
	saved._doc_before_save = None
	with statements() as sent:
		purchase_cover.check_purchase_order(saved, "validate")
	assert len(sent) == 2
	assert "No contract" in said()


def test_nothing_is_asked_when_nothing_changed():
	saved = order(contract_in_force(**LONG).party_name)
	saved.save()
	with statements() as sent:
		saved.save()
	assert [query for query in sent if "`tabBlanket Order" in query or "`party_name`=" in query] == []


def test_a_buyer_who_may_not_read_contracts_orders_all_the_same():
	contract = contract_in_force(**LONG)
	item = make_item()
	with acting_as(make_user("Purchase User", "Stock User", "Accounts User")):
		assert order(contract.party_name, item=item).contract == contract.name


def test_internal_orders_need_no_contract():
	document = frappe.get_doc(
		doctype="Purchase Order", supplier=make_supplier(), company=COMPANY, is_internal_supplier=1
	)
	purchase_cover.check_purchase_order(document, "validate")
	assert document.contract is None
	assert said() == ""
