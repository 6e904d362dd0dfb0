"""Obligations of real contracts, judged by real receipts: results, breaches, late facts, penalties, roles."""

from datetime import date, timedelta
from decimal import Decimal

import frappe
import pytest
from compliance_factories import (
	breaches_of,
	deliverable,
	make_remedy,
	on_time,
	penalties_of,
	promise,
	promising,
	results_of,
	this_year,
)
from contract_factories import acting_as, amend, buyer, make_contract
from factories import COMPANY, make_kpi, make_order, make_receipt, make_supplier, make_user, receive, unique
from frappe.utils import add_days, getdate, today
from support.statements import statements

from partner_relations.supplier_quality import breaches, compliance, reward_penalty
from partner_relations.supplier_quality.breaches import BREACH


def test_windows_are_judged_by_the_facts_of_the_window():
	supplier = make_supplier()
	make_receipt(supplier, accepted=96, rejected=4, on=this_year(1, 10))
	make_receipt(supplier, accepted=90, rejected=10, on=this_year(2, 28))
	contract = promising(supplier, promise(), start_date=this_year(1, 5), end_date=this_year(3, 15))
	compliance.judge_contract(contract.name)
	found = results_of(contract)
	assert [(row.from_date, row.to_date, row.outcome) for row in found] == [
		(this_year(1, 5), this_year(1, 31), "Kept"),
		(this_year(2, 1), this_year(2, 28), "Breached"),
		(this_year(3, 1), this_year(3, 15), "Not Measured"),
	]
	kept, broken, unmeasured = found
	assert (kept.value, kept.numerator, kept.denominator, kept.sample_size) == (96, 96, 100, 1)
	assert (unmeasured.has_value, unmeasured.breach, kept.breach) == (0, None, None)
	(breach,) = breaches_of(contract)
	assert broken.breach == breach.name
	assert (breach.status, breach.value, breach.target, breach.comparison) == (
		"Detected",
		90,
		95,
		"At least",
	)
	assert (breach.party, breach.company, breach.kpi, breach.unit) == (supplier, COMPANY, "Test Accepted Quantity", "%")
	assert breach.obligation_key == contract.reload().obligations[0].obligation_key
