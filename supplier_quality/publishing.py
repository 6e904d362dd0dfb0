"""Publishing: one set-based service for one or ten thousand evaluations.

Submitting a single evaluation calls the same checks and the same effects.
"""

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce
from frappe.utils import now
from pypika import Order, Table
from pypika.analytics import RowNumber
from pypika.terms import Criterion

from partner_relations.supplier_quality import restrictions
from partner_relations.supplier_quality.evaluation import CRITERION, EVALUATION
from partner_relations.supplier_quality.fallen_evaluations import note_fallen, note_standing

STANDING_FIELDS = (
	"evaluation_has_score",
	"evaluation_score",
	"evaluation_grade",
	"evaluation_grade_color",
	"evaluation_trend",
	"evaluated_on",
)


def publish(names: Sequence[str]) -> dict[str, list]:
	"""Publish draft evaluations; those that the user may not publish are left and listed with the reason.

	Returns {"published": [name], "skipped": [{"name", "supplier", "reason"}]}. The number of SQL statements
	doesn't depend on how many they are. Checks the right to submit, and the user's permissions on each.
	"""
	frappe.has_permission(EVALUATION, "submit", throw=True)
	names = list(dict.fromkeys(names))
	visible = frappe.get_list(EVALUATION, filters={"name": ("in", names)}, pluck="name", limit_page_length=0)
	known = {row.name: row for row in _lock_evaluations(visible)}
	refused = {
		name: _("There is no such evaluation, or you may not see it.") for name in names if name not in known
	}
	for row in known.values():
		if row.docstatus != 0 or row.status != "Draft":
			refused[row.name] = _("It is {0} already.").format(_(row.status, context="Supplier Evaluation"))
	drafts = [name for name in known if name not in refused]
	refused.update(objections(drafts, frappe.session.user))
	published = [name for name in names if name in known and name not in refused]
	if published:
		_mark_published(published)
		take_effect(published)
	return {
		"published": published,
		"skipped": [
			{"name": name, "supplier": known[name].supplier if name in known else None, "reason": reason}
			for name, reason in refused.items()
		],
	}


def objections(names: Sequence[str], approver: str) -> dict[str, str]:
	"""Why `approver` may not publish these drafts, by name: who proposes does not approve.

	The proposers are who requested the evaluation, who edited it last and who rated the supplier for it.
	Nor is a draft published over which there is a later version.
	"""
	if not names:
		return {}
	evaluation = frappe.qb.DocType(EVALUATION)
	rating = frappe.qb.DocType("Supplier Evaluator Rating")
	later = frappe.qb.DocType(EVALUATION).as_("later")
	found: dict[str, str] = {}
	overtaken = (
		frappe.qb.from_(evaluation)
		.join(later)
		.on(_same_scope(evaluation, later) & (later.version > evaluation.version) & (later.docstatus < 2))
		.where(evaluation.name.isin(names))
		.select(evaluation.name, later.name)
	).run()
	for name, newer in overtaken:
		found[name] = _("There is a later version, {0}.").format(newer)
	rated = (
		frappe.qb.from_(evaluation)
		.join(rating)
		.on(
			(rating.supplier == evaluation.supplier)
			& (rating.company == evaluation.company)
			& (rating.template == evaluation.template)
			& (rating.from_date == evaluation.from_date)
			& (rating.to_date == evaluation.to_date)
		)
		.where(evaluation.name.isin(names) & (rating.evaluator == approver) & (rating.docstatus > 0))
		.select(evaluation.name)
	).run()
	for (name,) in rated:
		found[name] = _("You rated this supplier; somebody else must publish the evaluation.")
	proposed = (
		frappe.qb.from_(evaluation)
		.where(
			evaluation.name.isin(names)
			& ((evaluation.requested_by == approver) | (evaluation.modified_by == approver))
		)
		.select(evaluation.name, evaluation.requested_by)
	).run()
	for name, requested_by in proposed:
		found[name] = (
			_("You requested this evaluation; somebody else must publish it.")
			if requested_by == approver
			else _("You edited this evaluation last; somebody else must publish it.")
		)
	return found


def _lock_evaluations(names: Sequence[str]) -> list:
	"""Lock evaluations; returns name, supplier, docstatus, status as they are now, whatever was read before.

	Two people who publish the same ones come one after the other, and the second finds them published.
	"""
	if not names:
		return []
	evaluation = frappe.qb.DocType(EVALUATION)
	return (
		frappe.qb.from_(evaluation)
		.where(evaluation.name.isin(names))
		.select(evaluation.name, evaluation.supplier, evaluation.docstatus, evaluation.status)
		.orderby(evaluation.name)
		.for_update()
	).run(as_dict=True)


def _lock_suppliers(suppliers: Sequence[str]) -> None:
	"""Let one publisher after the other change a supplier's standing.

	The transaction may see the database as it was before the wait: what decides the standing is read with
	`for_update` too, which reads what is committed now.
	"""
	supplier = frappe.qb.DocType("Supplier")
	(
		frappe.qb.from_(supplier)
		.where(supplier.name.isin(suppliers))
		.select(supplier.name)
		.orderby(supplier.name)
		.for_update()
	).run()


def _mark_published(names: Sequence[str]) -> None:
	stamp, user = now(), frappe.session.user
	evaluation, criterion = frappe.qb.DocType(EVALUATION), frappe.qb.DocType(CRITERION)
	(
		frappe.qb.update(evaluation)
		.set(evaluation.docstatus, 1)
		.set(evaluation.status, "Published")
		.set(evaluation.published_by, user)
		.set(evaluation.published_on, stamp)
		.set(evaluation.modified, stamp)
		.set(evaluation.modified_by, user)
		.where(evaluation.name.isin(names))
	).run()
	frappe.qb.update(criterion).set(criterion.docstatus, 1).where(criterion.parent.isin(names)).run()


def take_effect(names: Sequence[str]) -> None:
	"""What follows from publishing: older versions superseded, standing, restrictions, the hook."""
	evaluation = frappe.qb.DocType(EVALUATION)
	rows = (
		frappe.qb.from_(evaluation)
		.where(evaluation.name.isin(names))
		.select(evaluation.company, evaluation.supplier)
		.distinct()
	).run()
	suppliers = sorted({supplier for _company, supplier in rows})
	_lock_suppliers(suppliers)
	supersede_older(names)
	refresh_standing(suppliers, published=names)
	for path in frappe.get_hooks("supplier_evaluations_published"):
		frappe.get_attr(path)(list(names))


def supersede_older(names: Sequence[str]) -> None:
	"""Of several evaluations of one scope only the newest published one stays in force.

	`names` are evaluations of the scopes to look at. The newest has the highest version, or was published
	last (two of one version come from merged suppliers).
	"""
	if not names:
		return
	named, older, newer = (frappe.qb.DocType(EVALUATION).as_(alias) for alias in ("named", "older", "newer"))
	overtaken = (older.version < newer.version) | (
		(older.version == newer.version)
		& (older.docstatus == 1)
		& (
			(older.published_on < newer.published_on)
			| ((older.published_on == newer.published_on) & (older.name < newer.name))
		)
	)
	rows = (
		frappe.qb.from_(named)
		.join(newer)
		.on(_same_scope(named, newer))
		.join(older)
		.on(_same_scope(newer, older) & (older.name != newer.name) & overtaken)
		.where(
			named.name.isin(names)
			& (newer.docstatus == 1)
			& (newer.status == "Published")
			& older.status.isin(["Draft", "Published"])
		)
		.select(older.name)
		.distinct()
		.for_update()
	).run()
	if rows:
		evaluation = frappe.qb.DocType(EVALUATION)
		older_ones = [name for (name,) in rows]
		(
			frappe.qb.update(evaluation)
			.set(evaluation.status, "Superseded")
			.set(evaluation.is_current, 0)
			.where(evaluation.name.isin(older_ones))
		).run()
		note_fallen(older_ones)


def _same_scope(one: Table, other: Table) -> Criterion:
	return (
		(one.supplier == other.supplier)
		& (one.company == other.company)
		& (one.template == other.template)
		& (one.from_date == other.from_date)
		& (one.to_date == other.to_date)
	)


def refresh_standing(suppliers: Sequence[str], published: Sequence[str] = ()) -> None:
	"""Write what stands published now: per company the current evaluation, on the Supplier the worst of them.

	Restrictions follow. Called after publishing, cancelling, and merging suppliers. Where nothing but
	`published` has come in force since the last time, naming it spares reading the suppliers' whole history.
	"""
	if not suppliers:
		return
	_lock_suppliers(suppliers)
	_mark_current(suppliers, published)
	_write_to_suppliers(suppliers)
	restrictions.follow_evaluations(suppliers)


def _mark_current(suppliers: Sequence[str], published: Sequence[str]) -> None:
	evaluation = frappe.qb.DocType(EVALUATION)
	candidates = evaluation.supplier.isin(suppliers)
	if published:
		candidates = (candidates & (evaluation.is_current == 1)) | evaluation.name.isin(published)
	ranked = (
		frappe.qb.from_(evaluation)
		.where(candidates & (evaluation.docstatus == 1) & (evaluation.status == "Published"))
		.select(
			evaluation.name,
			RowNumber()
			.over(evaluation.supplier, evaluation.company)
			.orderby(evaluation.to_date, order=Order.desc)
			.orderby(evaluation.published_on, order=Order.desc)
			.orderby(evaluation.name, order=Order.desc)
			.as_("place"),
		)
	)
	current = [name for (name, place) in ranked.for_update().run() if place == 1]
	(
		frappe.qb.update(evaluation)
		.set(evaluation.is_current, 0)
		.where(evaluation.supplier.isin(suppliers) & (evaluation.is_current == 1))
	).run()
	if current:
		frappe.qb.update(evaluation).set(evaluation.is_current, 1).where(evaluation.name.isin(current)).run()


def _write_to_suppliers(suppliers: Sequence[str]) -> None:
	"""The Supplier shows the company that thinks worst of it; one without a score if there is no other."""
	evaluation, supplier = frappe.qb.DocType(EVALUATION), frappe.qb.DocType("Supplier")
	ranked = (
		frappe.qb.from_(evaluation)
		.where(evaluation.supplier.isin(suppliers) & (evaluation.is_current == 1))
		.select(
			evaluation.supplier,
			evaluation.has_score,
			evaluation.score,
			evaluation.grade,
			evaluation.grade_color,
			evaluation.trend,
			evaluation.published_on,
			RowNumber()
			.over(evaluation.supplier)
			.orderby(evaluation.has_score, order=Order.desc)
			.orderby(evaluation.score)
			.orderby(evaluation.name)
			.as_("place"),
		)
	).as_("standing")
	(
		frappe.qb.update(supplier)
		.left_join(ranked)
		.on((ranked.supplier == supplier.name) & (ranked.place == 1))
		.set(supplier.evaluation_has_score, Coalesce(ranked.has_score, 0))
		.set(supplier.evaluation_score, Coalesce(ranked.score, 0))
		.set(supplier.evaluation_grade, ranked.grade)
		.set(supplier.evaluation_grade_color, ranked.grade_color)
		.set(supplier.evaluation_trend, ranked.trend)
		.set(supplier.evaluated_on, ranked.published_on)
		.where(supplier.name.isin(suppliers))
	).run()
	if len(suppliers) > 100:
		frappe.clear_document_cache("Supplier")
	else:
		for name in suppliers:
			frappe.clear_document_cache("Supplier", name)


def reinstate_older(evaluation) -> None:
	"""After a published evaluation was cancelled: the newest of those it superseded is in force again.

	So are the drafts that only it had superseded.
	"""
	older = frappe.db.get_value(
		EVALUATION,
		{
			"supplier": evaluation.supplier,
			"company": evaluation.company,
			"template": evaluation.template,
			"from_date": evaluation.from_date,
			"to_date": evaluation.to_date,
			"docstatus": 1,
			"name": ("!=", evaluation.name),
		},
		["name", "status", "version"],
		order_by="version desc, published_on desc, name desc",
		as_dict=True,
	)
	if older and older.status == "Superseded":
		frappe.db.set_value(EVALUATION, older.name, "status", "Published", update_modified=False)
		note_standing([older.name])
	draft = frappe.qb.DocType(EVALUATION)
	(
		frappe.qb.update(draft)
		.set(draft.status, "Draft")
		.where(
			(draft.supplier == evaluation.supplier)
			& (draft.company == evaluation.company)
			& (draft.template == evaluation.template)
			& (draft.from_date == evaluation.from_date)
			& (draft.to_date == evaluation.to_date)
			& (draft.docstatus == 0)
			& (draft.status == "Superseded")
			& (draft.version > (older.version if older else 0))
		)
	).run()


def keep_standing(doc, method: str | None = None) -> None:
	"""`validate` of Supplier: publishing alone writes the standing, no query.

	Publishing doesn't touch the supplier's time stamp, so a form that was open then would write the old
	standing back.
	"""
	before = doc.get_doc_before_save()
	for field in (*STANDING_FIELDS, "preferred_until"):
		doc.set(field, before.get(field) if before else None)


def after_supplier_rename(doc, method: str, old: str, new: str, merge: bool = False) -> None:
	"""After a merge two evaluations may cover one scope: the older is superseded, the standing made anew."""
	if merge:
		_lock_suppliers([new])
		supersede_older(frappe.get_all(EVALUATION, filters={"supplier": new, "docstatus": 1}, pluck="name"))
		refresh_standing([new])


def drafts_of_run(run: str) -> list[str]:
	"""Names of a run's evaluations that await publishing, as far as the user may see them."""
	return frappe.get_list(
		EVALUATION,
		filters={"run": run, "docstatus": 0, "status": "Draft"},
		pluck="name",
		order_by="name asc",
		limit_page_length=0,
	)
