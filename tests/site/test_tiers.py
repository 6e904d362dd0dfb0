"""Customer tiers: what they promise, how customers move between them, and what keeps the history right."""

from datetime import timedelta
from decimal import Decimal

import frappe
import pytest
from factories import make_user
from frappe.utils import add_days, getdate, today
from sales_factories import make_customer, make_quotation, make_sales_order, sell
from support.statements import statements

from partner_relations.customer_care import tiers
from partner_relations.customer_care.tiers import ASSESSMENT, CHANGE, TIER, TierMove

HOUR = 3600


def make_tier(rank: int, **values) -> str:
	"""A tier that no customer is in."""
	tier = frappe.get_doc(
		doctype=TIER, tier_name=f"Tier {frappe.generate_hash(length=6)}", rank=rank, color="Green", **values
	)
	return tier.insert().name


def changes(customer: str) -> list:
	return frappe.get_all(
		CHANGE,
		{"customer": customer},
		["from_tier", "to_tier", "direction", "source", "reason", "until", "ended_on", "changed_by"],
		order_by="name",
	)


def tier_of(customer: str) -> str:
	return frappe.db.get_value("Customer", customer, "customer_tier")


# What comes with the app, and what may be entered


def test_the_shipped_tiers_are_in_the_currency_of_the_site():
	rows = frappe.get_all(
		TIER, {"name": ("in", ("Strategic", "Key", "Regular"))}, ["name", "rank", "currency"]
	)
	assert sorted((row["rank"], row.name, row.currency) for row in rows) == [
		(1, "Strategic", "USD"),
		(2, "Key", "USD"),
		(3, "Regular", "USD"),
	]
	calendar = frappe.get_doc("Service Calendar", "Office Hours")
	assert calendar.time_zone == "America/New_York"
	assert len(calendar.intervals) == 5 and calendar.is_default


def test_the_service_policy_of_a_tier():
	policy = tiers.service_policy("Strategic")
	assert policy.priority == "Urgent" and policy.needs_account_manager
	assert policy.compensation_limit == Decimal(1000) and policy.currency == "USD"
	assert policy.times["Critical"]["acknowledge"] == timedelta(minutes=30)
	assert (policy.visit_every_days, policy.call_every_days) == (90, 30)


def test_without_a_tier_the_policy_is_that_of_the_tier_for_new_customers():
	assert tiers.service_policy(None).tier == "Regular"
	frappe.db.set_value(TIER, "Regular", "is_default", 0)
	assert tiers.service_policy(None) == tiers.ServicePolicy(None)


def test_a_time_that_is_left_empty_is_no_deadline():
	tier = make_tier(41, service_times=[{"severity": "High", "resolve_within": 8 * HOUR}])
	times = tiers.service_policy(tier).times
	assert times == {"High": {"acknowledge": None, "respond": None, "resolve": timedelta(hours=8)}}


@pytest.mark.parametrize(
	"values, sentence",
	[
		({"rank": 1}, "has the rank 1 already"),
		({"rank": 0}, "begins with 1"),
		({"is_default": 1}, "is the tier for new customers already"),
		({"is_default": 1, "disabled": 1}, "can't be disabled"),
		(
			{"service_times": [{"severity": "Low", "resolve_within": HOUR}] * 2},
			"Row 2: the severity",
		),
		({"service_times": [{"severity": "Low"}]}, "Row 1: enter a time"),
		(
			{"service_times": [{"severity": "Low", "respond_within": 2 * HOUR, "resolve_within": HOUR}]},
			"is longer than",
		),
	],
)
def test_a_tier_that_makes_no_sense_is_refused(values, sentence):
	with pytest.raises(frappe.ValidationError, match=sentence):
		make_tier(**{"rank": 41, **values})


def test_a_tier_with_customers_is_neither_disabled_nor_deleted():
	make_customer()
	tier = frappe.get_doc(TIER, "Regular")
	with pytest.raises(frappe.ValidationError, match="Move them to another tier before you delete"):
		tier.delete()
	tier.update({"is_default": 0, "disabled": 1})
	with pytest.raises(frappe.ValidationError, match="Move them to another tier before you disable"):
		tier.save()


def test_a_renamed_tier_keeps_customers_history_and_policy():
	customer = make_customer()
	tiers.override(customer, "Key", "Because", add_days(today(), 5))
	frappe.rename_doc(TIER, "Key", "Gold")
	assert tier_of(customer) == "Gold" and changes(customer)[-1].to_tier == "Gold"
	assert frappe.db.get_value(TIER, "Gold", "tier_name") == "Gold"
	assert tiers.service_policy("Gold").priority == "High"
	with pytest.raises(frappe.ValidationError, match="can't be merged"):
		frappe.rename_doc(TIER, "Gold", "Strategic", merge=True)


# Moves


def test_a_new_customer_is_in_the_tier_for_new_ones():
	customer = make_customer(customer_tier="Strategic", tier_override_until=add_days(today(), 9))
	row = frappe.get_doc("Customer", customer)
	assert (row.customer_tier, row.assessed_tier, row.tier_override_until) == ("Regular", "Regular", None)
	assert getdate(row.customer_tier_since) == getdate(today())
	assert [(row.to_tier, row.direction, row.source) for row in changes(customer)] == [
		("Regular", "New", "First Tier")
	]


def test_an_assessment_moves_a_customer_and_says_why():
	customer, other, same = make_customer(), make_customer(), make_customer()
	moved = tiers.move(
		[
			TierMove(customer, "Key", ASSESSMENT, "Score 81.", "Administrator", "CTA-1"),
			TierMove(other, "Strategic", ASSESSMENT, "Score 95.", "Administrator", "CTA-2"),
			TierMove(same, "Regular", ASSESSMENT, "Score 20.", "Administrator", "CTA-3"),
			TierMove("nobody", "Key", ASSESSMENT),
		]
	)
	assert (moved.moved, moved.held, moved.missing) == ([customer, other], [], ["nobody"])
	assert [tier_of(name) for name in (customer, other, same)] == ["Key", "Strategic", "Regular"]
	assert [(row.from_tier, row.to_tier, row.direction, row.reason) for row in changes(customer)[1:]] == [
		("Regular", "Key", "Up", "Score 81.")
	]
	assert len(changes(same)) == 1
	tiers.move([TierMove(customer, "Regular", ASSESSMENT, "Score 30.")])
	assert changes(customer)[-1].direction == "Down"


def test_moves_cost_as_many_statements_for_one_as_for_many():
	def cost(count: int) -> int:
		customers = [make_customer() for _number in range(count)]
		with statements() as sent:
			tiers.move([TierMove(name, "Key", ASSESSMENT, "Score.") for name in customers])
		return len(sent)

	cost(1)
	assert cost(1) == cost(12)


def test_an_unknown_tier_moves_nobody():
	customer = make_customer()
	with pytest.raises(frappe.ValidationError, match="There is no customer tier"):
		tiers.move([TierMove(customer, "Platinum", ASSESSMENT)])
	with pytest.raises(ValueError):
		tiers.move([TierMove(customer, "Key", ASSESSMENT)] * 2)


def test_who_saves_an_open_form_does_not_undo_a_move():
	customer = frappe.get_doc("Customer", make_customer())
	tiers.move([TierMove(customer.name, "Key", ASSESSMENT, "Score.")])
	fresh = frappe.get_doc("Customer", customer.name)
	fresh.update({"customer_tier": "Strategic", "customer_tier_since": "2001-01-01"})
	fresh.save()
	customer.customer_details = "Written meanwhile"
	customer.modified = fresh.modified
	customer.save()
	assert tier_of(customer.name) == "Key"


# By hand


def test_a_tier_set_by_hand_ends_by_itself():
	customer = make_customer()
	tiers.move([TierMove(customer, "Key", ASSESSMENT, "Score 81.")])
	tiers.override(customer, "Strategic", "Opens a plant next to ours", add_days(today(), 30))
	assert tier_of(customer) == "Strategic"
	tiers.expire_overrides()
	assert tier_of(customer) == "Strategic"
	frappe.db.set_value("Customer", customer, "tier_override_until", add_days(today(), -1))
	tiers.expire_overrides()
	tiers.expire_overrides()
	row = frappe.get_doc("Customer", customer)
	assert (row.customer_tier, row.tier_override_until, row.tier_override_reason) == ("Key", None, None)
	assert [(entry.source, entry.to_tier, bool(entry.ended_on)) for entry in changes(customer)[2:]] == [
		("Override", "Strategic", True),
		("Override Ended", "Key", False),
	]


def test_what_others_do_meanwhile_holds_when_overrides_expire(monkeypatch):
	"""Between finding the customers and locking them somebody sets a tier anew, or assesses one."""
	renewed, assessed = make_customer(), make_customer()
	for customer in (renewed, assessed):
		tiers.override(customer, "Strategic", "A promise", add_days(today(), 5))
		frappe.db.set_value("Customer", customer, "tier_override_until", add_days(today(), -1))
	lock = tiers._lock_customers

	def meanwhile(names):
		frappe.db.set_value("Customer", renewed, "tier_override_until", add_days(today(), 30))
		frappe.db.set_value("Customer", assessed, "assessed_tier", "Key")
		return lock(names)

	with monkeypatch.context() as patched:
		patched.setattr(tiers, "_lock_customers", meanwhile)
		tiers.expire_overrides()
	assert (tier_of(renewed), tier_of(assessed)) == ("Strategic", "Key")
	assert changes(renewed)[-1].source == "Override" and not changes(renewed)[-1].ended_on


def test_an_assessment_waits_until_the_override_ends():
	customer = make_customer()
	tiers.override(customer, "Strategic", "A promise", add_days(today(), 5))
	moved = tiers.move([TierMove(customer, "Key", ASSESSMENT, "Score 81.")])
	assert (moved.moved, moved.held, tier_of(customer)) == ([], [customer], "Strategic")
	tiers.end_override(customer)
	assert tier_of(customer) == "Key"
	with pytest.raises(frappe.ValidationError, match="isn't set by hand"):
		tiers.end_override(customer)


def test_an_override_may_fix_the_tier_that_is_there_and_be_replaced():
	customer = make_customer()
	tiers.override(customer, "Regular", "Not before the merger", add_days(today(), 5))
	tiers.override(customer, "Key", "The merger is through", add_days(today(), 9))
	rows = changes(customer)[1:]
	assert [(row.direction, bool(row.ended_on)) for row in rows] == [("Same", True), ("Up", False)]
	assert frappe.db.get_value("Customer", customer, "assessed_tier") == "Regular"


@pytest.mark.parametrize(
	"values, sentence",
	[
		({"reason": "  "}, "give the reason"),
		({"until": None}, "give the last day"),
		({"until": "2020-01-01"}, "is over"),
		({"tier": "Platinum"}, "choose one of the customer tiers"),
		({"tier": None}, "choose one of the customer tiers"),
	],
)
def test_an_override_needs_reason_end_and_tier(values, sentence):
	wanted = {"tier": "Key", "reason": "Because", "until": add_days(today(), 5), **values}
	with pytest.raises(frappe.ValidationError, match=sentence):
		tiers.override(make_customer(), **wanted)


def test_a_disabled_tier_is_not_given_by_hand():
	tier = make_tier(41, disabled=1)
	with pytest.raises(frappe.ValidationError, match="is disabled"):
		tiers.override(make_customer(), tier, "Because", add_days(today(), 5))


def test_the_reason_of_an_override_holds_no_script():
	customer = make_customer()
	tiers.override(customer, "Key", "Big <script>alert(1)</script>", add_days(today(), 5))
	assert "<script" not in frappe.db.get_value("Customer", customer, "tier_override_reason")


def test_who_may_set_a_tier_by_hand():
	customer = make_customer()
	frappe.set_user(make_user("Sales User"))
	with pytest.raises(frappe.PermissionError):
		tiers.override(customer, "Key", "Because", add_days(today(), 5))
	frappe.set_user(make_user("Customer Care Manager"))
	with pytest.raises(frappe.PermissionError):  # sees no customers
		tiers.override(customer, "Key", "Because", add_days(today(), 5))
	manager = make_user("Customer Care Manager", "Sales User")
	frappe.set_user(manager)
	tiers.override(customer, "Key", "Because", add_days(today(), 5))
	frappe.set_user("Administrator")
	assert changes(customer)[-1].changed_by == manager


def test_the_history_is_written_by_moves_alone():
	with pytest.raises(frappe.ValidationError, match="written when a customer moves"):
		frappe.get_doc(doctype=CHANGE, customer=make_customer(), to_tier="Key").insert()
	customer = make_customer()
	row = frappe.get_last_doc(CHANGE, {"customer": customer})
	row.reason = "Another one"
	row.save()
	assert row.reload().reason == "The tier for new customers."


def test_a_customer_with_a_history_can_be_deleted_and_merged():
	customer, other = make_customer(), make_customer()
	tiers.override(customer, "Key", "Because", add_days(today(), 5))
	frappe.rename_doc("Customer", customer, other, merge=True)
	assert [row.source for row in changes(other)] == ["First Tier", "First Tier", "Override"]
	assert changes(other)[-1].ended_on and tier_of(other) == "Regular"
	frappe.delete_doc("Customer", other)
	assert changes(other) == []


def test_who_may_see_one_user_alone_sees_the_whole_history():
	"""A User Permission on users is about whose records one works on, not about who decided."""
	customer = make_customer()
	tiers.override(customer, "Key", "Because", add_days(today(), 5))
	user = make_user("Sales User")
	frappe.get_doc(doctype="User Permission", user=user, allow="User", for_value=user).insert()
	frappe.set_user(user)
	rows = frappe.get_list(CHANGE, {"customer": customer}, pluck="source")
	assert sorted(rows) == ["First Tier", "Override"]


# Potential


def test_the_potential_is_rated_with_name_and_date():
	customer = frappe.get_doc("Customer", make_customer(customer_potential_on="2001-01-01"))
	assert not customer.customer_potential_on
	customer.has_customer_potential = 1  # and 0 percent, which is a rating
	customer.save()
	assert getdate(customer.customer_potential_on) == getdate(today())
	assert customer.customer_potential_by == "Administrator"
	customer.customer_potential_on = "2001-01-01"
	customer.save()
	assert getdate(customer.customer_potential_on) == getdate(today())
	customer.customer_potential = 130
	with pytest.raises(frappe.ValidationError, match="between 0 and 100"):
		customer.save()
	customer.reload().update({"has_customer_potential": 0, "customer_potential": 60})
	customer.save()
	assert (customer.customer_potential, customer.customer_potential_on) == (0, None)


# On documents


def test_the_tier_is_on_quotations_orders_and_deliveries():
	customer = make_customer()
	tiers.override(customer, "Key", "Because", add_days(today(), 5))
	sale = sell(customer, invoice=False, customer_tier="Strategic")
	assert [make_quotation(customer).customer_tier, sale.order.customer_tier] == ["Key", "Key"]
	assert sale.delivery.customer_tier == "Key"
	order = make_sales_order(customer, submit=False)
	tiers.end_override(customer)
	order.save()
	assert order.customer_tier == "Regular"
	assert sale.order.reload().customer_tier == "Key"  # as it was when it was agreed
