"""Customer tiers: what a tier promises, and how customers move between tiers.

A customer's tier follows from its last approved assessment. A person may set another one by hand, with a
reason and for a time; after that the customer goes back to the tier that was assessed. Every move is one
Customer Tier Change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.utils import cint, cstr, escape_html, format_date, getdate, now, today

from partner_relations.common.bulk import insert_documents
from partner_relations.common.documents import without_scripts

TIER = "Customer Tier"
CHANGE = "Customer Tier Change"
SERIES = "CTC-.YYYY.-.######"

ASSESSMENT, OVERRIDE, OVERRIDE_ENDED, FIRST_TIER = "Assessment", "Override", "Override Ended", "First Tier"
TIER_FIELDS = (
	"customer_tier",
	"customer_tier_since",
	"assessed_tier",
	"tier_override_until",
	"tier_override_reason",
	"visit_dropped_on",
	"call_dropped_on",
)
"""What services alone write."""

CUSTOMERS_PER_STATEMENT = 2000


# What a tier promises


@dataclass(frozen=True)
class ServicePolicy:
	"""What customers of a tier get.

	`times` are those in business time, by severity: {"acknowledge", "respond", "resolve": timedelta or None};
	a severity that isn't there has no deadlines. `compensation_limit` is what an agent may grant per
	complaint, in `currency`. `calendar` None is the default Service Calendar; 0 days are no visits, no calls.
	"""

	tier: str | None
	priority: str = "Medium"
	calendar: str | None = None
	times: Mapping[str, Mapping[str, timedelta | None]] = field(default_factory=dict)
	compensation_limit: Decimal = Decimal(0)
	currency: str | None = None
	order_progress_notices: bool = False
	visit_every_days: int = 0
	call_every_days: int = 0
	needs_account_manager: bool = False


def service_policy(tier: str | None) -> ServicePolicy:
	"""What a tier promises; without a tier, that of the tier for new customers (nothing if there is none)."""
	tier = tier or default_tier()
	if not tier:
		return ServicePolicy(None)
	document = frappe.get_cached_doc(TIER, tier)
	return ServicePolicy(
		tier=document.name,
		priority=document.priority,
		calendar=document.service_calendar or None,
		times={
			row.severity: {
				step: timedelta(seconds=cint(row.get(f"{step}_within"))) or None
				for step in ("acknowledge", "respond", "resolve")
			}
			for row in document.service_times
		},
		compensation_limit=Decimal(cstr(document.compensation_limit or 0)),
		currency=document.currency,
		order_progress_notices=bool(document.order_progress_notices),
		visit_every_days=cint(document.visit_every_days),
		call_every_days=cint(document.call_every_days),
		needs_account_manager=bool(document.needs_account_manager),
	)


def default_tier() -> str | None:
	"""The tier for new customers."""
	return frappe.db.get_value(TIER, {"is_default": 1, "disabled": 0}, "name")


def tier_ranks() -> dict[str, int]:
	"""The rank of each tier (1 is the best), the best first; disabled ones too, for customers may still be in
	them."""
	return {
		row.name: row["rank"]
		for row in frappe.get_all(TIER, fields=["name", "rank"], order_by="`rank` asc", limit_page_length=0)
	}


# Moving customers


@dataclass(frozen=True)
class TierMove:
	"""A customer's new tier, and why. `source` is "Assessment", "Override", "Override Ended" or "First Tier".

	`to_tier` None is for customers that go back to having none. `decided_by` None is the current user.
	`until` is the last day of an override.
	"""

	customer: str
	to_tier: str | None
	source: str
	reason: str = ""
	decided_by: str | None = None
	assessment: str | None = None
	until: date | None = None


@dataclass(frozen=True)
class Moved:
	"""What `move` did: customers whose tier is another one now; those that stay where a person has put them
	until that ends (their assessed tier is noted); and names that aren't customers (any more)."""

	moved: list[str]
	held: list[str]
	missing: list[str]


def move(moves: Sequence[TierMove]) -> Moved:
	"""Write new tiers to customers, with a Customer Tier Change for each: one service for one or ten
	thousand.

	The number of SQL statements doesn't grow with the number of customers (batches aside). Checks no
	permission: whoever calls has decided. At most one move per customer. A customer that is in its new tier
	already gets no change, unless a person fixes it there. Calls the hook `customer_tiers_moved` with the
	names of those moved.
	"""
	wanted = {entry.customer: entry for entry in moves}
	if len(wanted) < len(moves):
		raise ValueError("more than one move of a customer")
	ranks = tier_ranks()
	_check_known({entry.to_tier for entry in moves if entry.to_tier}, ranks)
	result = Moved([], [], [])
	current = {row.name: row for row in _lock_customers(wanted)}
	updates: dict[tuple[_After, bool], list[str]] = {}
	changes: list[dict[str, Any]] = []
	ended: list[str] = []
	for customer, entry in wanted.items():
		row = current.get(customer)
		if row is None:
			result.missing.append(customer)
			continue
		after = _after(entry, row)
		changed = after.tier != row.customer_tier
		if row.tier_override_until and (entry.source == OVERRIDE or not after.until):
			ended.append(customer)
		updates.setdefault((after, changed), []).append(customer)
		if entry.source in (ASSESSMENT, FIRST_TIER) and after.until:
			result.held.append(customer)
		if changed or entry.source == OVERRIDE:
			changes.append(_change(entry, row, after, ranks))
		if changed:
			result.moved.append(customer)
	_note_ended(ended)
	for (after, changed), customers in updates.items():
		_write(customers, after, changed)
	insert_documents(CHANGE, SERIES, changes)
	_forget_cached(current)
	if result.moved:
		for function in frappe.get_hooks("customer_tiers_moved"):
			frappe.get_attr(function)(result.moved)
	return result


class _After(NamedTuple):
	"""The fields of a customer after a move."""

	tier: str | None
	assessed: str | None
	until: date | None = None
	reason: str | None = None


def _after(entry: TierMove, row: Any) -> _After:
	if entry.source == OVERRIDE:
		return _After(entry.to_tier, row.assessed_tier or row.customer_tier, entry.until, entry.reason)
	if entry.source == OVERRIDE_ENDED:
		return _After(entry.to_tier, row.assessed_tier)
	if row.tier_override_until and getdate(row.tier_override_until) >= getdate(today()):
		return _After(row.customer_tier, entry.to_tier, row.tier_override_until, row.tier_override_reason)
	return _After(entry.to_tier, entry.to_tier)


def _change(entry: TierMove, row: Any, after: _After, ranks: Mapping[str, int]) -> dict[str, Any]:
	return {
		"customer": row.name,
		"customer_name": row.customer_name,
		"changed_on": now(),
		"from_tier": row.customer_tier,
		"to_tier": after.tier,
		"direction": direction(row.customer_tier, after.tier, ranks),
		"source": entry.source,
		"assessment": entry.assessment,
		"reason": entry.reason,
		"changed_by": entry.decided_by or frappe.session.user,
		"until": entry.until,
	}


def direction(from_tier: str | None, to_tier: str | None, ranks: Mapping[str, int]) -> str:
	""" "New" (there was none), "Up" (to a better one), "Down" (also to none) or "Same"."""
	if from_tier == to_tier:
		return "Same"
	if not from_tier:
		return "New"
	return "Up" if to_tier and ranks[to_tier] < ranks[from_tier] else "Down"


def _check_known(tiers: Iterable[str], ranks: Mapping[str, int]) -> None:
	for tier in tiers:
		if tier not in ranks:
			frappe.throw(_("There is no customer tier {0}.").format(frappe.bold(escape_html(tier))))


def _lock_customers(names: Iterable[str]) -> Iterator[Any]:
	"""The customers, locked in one order, so that two who move the same ones don't wait for each other."""
	customer = frappe.qb.DocType("Customer")
	for batch in _batches(sorted(names)):
		yield from (
			frappe.qb.from_(customer)
			.where(customer.name.isin(batch))
			.select(
				customer.name,
				customer.customer_name,
				customer.customer_tier,
				customer.assessed_tier,
				customer.tier_override_until,
				customer.tier_override_reason,
			)
			.orderby(customer.name)
			.for_update()
		).run(as_dict=True)


def _write(customers: Sequence[str], after: _After, changed: bool) -> None:
	"""As publishing does, this leaves the customer's time stamp: an open form can still be saved."""
	customer = frappe.qb.DocType("Customer")
	for batch in _batches(customers):
		query = (
			frappe.qb.update(customer)
			.set(customer.customer_tier, after.tier)
			.set(customer.assessed_tier, after.assessed)
			.set(customer.tier_override_until, after.until)
			.set(customer.tier_override_reason, after.reason)
			.where(customer.name.isin(batch))
		)
		if changed:
			query = query.set(customer.customer_tier_since, today() if after.tier else None)
		query.run()


def _note_ended(customers: Sequence[str]) -> None:
	change = frappe.qb.DocType(CHANGE)
	for batch in _batches(customers):
		(
			frappe.qb.update(change)
			.set(change.ended_on, today())
			.where(change.customer.isin(batch) & (change.source == OVERRIDE) & change.ended_on.isnull())
		).run()


def _forget_cached(customers: Mapping[str, Any]) -> None:
	if len(customers) > 100:
		frappe.clear_document_cache("Customer")
	else:
		for name in customers:
			frappe.clear_document_cache("Customer", name)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
	iterator = iter(names)
	while batch := list(islice(iterator, CUSTOMERS_PER_STATEMENT)):
		yield batch


# By hand


def override(customer: str, tier: str, reason: str, until: Any) -> None:
	"""Set a customer's tier by hand through the day `until`; what it says afterwards is the assessed tier.

	Checks the right to decide on tiers (to write assessments) and to see the customer. Raises
	frappe.ValidationError for no reason, a day that is over, and a tier that is not there or disabled.
	"""
	check_may_decide(customer)
	reason = without_scripts(reason)
	if not reason:
		frappe.throw(_("Please give the reason why the tier is set by hand. It is kept with your name."))
	if not until:
		frappe.throw(_("Please give the last day on which the tier set by hand holds."))
	until = getdate(until)
	if until < getdate(today()):
		frappe.throw(
			_("{0} is over. Choose the last day on which the tier set by hand holds.").format(
				format_date(until)
			)
		)
	disabled = frappe.db.get_value(TIER, tier, "disabled") if tier else None
	if disabled is None:
		frappe.throw(_("Please choose one of the customer tiers."))
	if disabled:
		frappe.throw(
			_("The tier {0} is disabled. Choose another one.").format(frappe.bold(escape_html(tier)))
		)
	move([TierMove(customer, tier, OVERRIDE, reason, until=until)])


def end_override(customer: str, reason: str | None = None) -> None:
	"""End a tier set by hand now: the customer goes back to the assessed tier. Rights as for `override`."""
	check_may_decide(customer)
	row = frappe.db.get_value(
		"Customer", customer, ["tier_override_until", "assessed_tier"], as_dict=True, for_update=True
	)
	if not row.tier_override_until:
		frappe.throw(_("The tier of this customer isn't set by hand (any more)."))
	reason = without_scripts(reason) or _("Ended by hand.")
	move([TierMove(customer, row.assessed_tier, OVERRIDE_ENDED, reason)])


def may_decide() -> bool:
	"""Whether the user may set tiers by hand: who may decide on assessments may."""
	return bool(frappe.has_permission("Customer Tier Assessment", "write"))


def check_may_decide(customer: str) -> None:
	"""Raise frappe.PermissionError unless the user may see the customer and set its tier by hand."""
	frappe.has_permission("Customer", "read", customer, throw=True)
	if not may_decide():
		frappe.throw(
			_("Only who may decide on tier assessments may set a customer's tier by hand."),
			frappe.PermissionError,
		)


def expire_overrides() -> None:
	"""Scheduled daily: customers whose tier was set by hand until yesterday or earlier go back.

	Until when, and to what, is read under the lock: somebody may be setting another one at this moment.
	"""
	names = frappe.get_all(
		"Customer", filters={"tier_override_until": ("<", today())}, pluck="name", limit_page_length=0
	)
	move(
		[
			TierMove(
				row.name,
				row.assessed_tier,
				OVERRIDE_ENDED,
				_("The tier was set by hand until {0}.").format(format_date(row.tier_override_until)),
			)
			for row in _lock_customers(names)
			if row.tier_override_until and getdate(row.tier_override_until) < getdate(today())
		]
	)


# Customers that come and go


def keep_tier(doc: Any, method: str | None = None) -> None:
	"""`validate` of Customer: only moves write the tier; a new customer gets the tier for new ones.

	A move doesn't touch the customer's time stamp, so a form that was open then would write the old tier
	back.
	"""
	before = doc.get_doc_before_save()
	for name in TIER_FIELDS:
		doc.set(name, before.get(name) if before else None)
	if before is None:
		doc.customer_tier = doc.assessed_tier = default_tier()
		doc.customer_tier_since = today() if doc.customer_tier else None


def note_first_tier(doc: Any, method: str | None = None) -> None:
	"""`after_insert` of Customer: the history begins with the first tier."""
	if doc.customer_tier:
		first = TierMove(doc.name, doc.customer_tier, FIRST_TIER, _("The tier for new customers."))
		none = frappe._dict(name=doc.name, customer_name=doc.customer_name, customer_tier=None)
		after = _After(doc.customer_tier, doc.customer_tier)
		insert_documents(CHANGE, SERIES, [_change(first, none, after, {})])


def note_potential(doc: Any, method: str | None = None) -> None:
	"""`validate` of Customer: who rated the potential, and when. Whether it is rated has a Check of its
	own."""
	before = doc.get_doc_before_save()
	if doc.customer_potential and not (before and before.has_customer_potential):
		doc.has_customer_potential = 1
	if not doc.has_customer_potential:
		doc.update({"customer_potential": 0, "customer_potential_on": None, "customer_potential_by": None})
		return
	if not 0 <= (doc.customer_potential or 0) <= 100:
		frappe.throw(_("The potential of a customer is between 0 and 100 percent."))
	same = before and before.has_customer_potential and before.customer_potential == doc.customer_potential
	doc.customer_potential_on = before.customer_potential_on if same else today()
	doc.customer_potential_by = before.customer_potential_by if same else frappe.session.user


def forget_customer(doc: Any, method: str | None = None) -> None:
	"""`on_trash` of Customer: its history goes with it, and doesn't keep anybody from deleting it."""
	for doctype in (CHANGE, "Customer Tier Assessment"):
		frappe.db.delete(doctype, {"customer": doc.name})


def after_customer_rename(doc: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	"""`after_rename` of Customer: the kept customer keeps its tier; of its two histories one override
	holds."""
	if not merge:
		return
	change = frappe.qb.DocType(CHANGE)
	until = frappe.db.get_value("Customer", new, "tier_override_until")
	query = (
		frappe.qb.update(change)
		.set(change.ended_on, today())
		.where((change.customer == new) & (change.source == OVERRIDE) & change.ended_on.isnull())
	)
	if until:
		query = query.where(change.until != until)
	query.run()
