"""The marks that people give."""

from pypika import Table
from pypika.analytics import Count
from pypika.functions import Coalesce

from partner_relations.common.facts.query import Branch, Facts, Sql
from partner_relations.common.facts.terms import text


def evaluator_mark(sql: Sql) -> Facts:
	"""The mean mark: within a role every person counts alike, between roles the template's weights count.

	Only submitted ratings of the very period and template, and marks that are not "N/A". A role without a
	weight in the template weighs 1; a person with weight w in a role of n people enters with w / n.
	"""
	scope, settings = sql.scope, sql.settings
	rating, mark = (
		sql.table("Supplier Evaluator Rating", "rating"),
		sql.table("Supplier Evaluator Mark", "mark"),
	)
	role = sql.table("Supplier Evaluation Template Evaluator", "evaluator_role")
	weight = Coalesce(role.weight, 1) * 1.0  # a real number, lest SQLite divides whole ones
	# An empty link is NULL or an empty text; people without a role are one group all the same.
	evaluator_role = Coalesce(rating.evaluator_role, "")
	marks = (
		sql.from_(rating)
		.join(mark)
		.on(mark.parent == rating.name)
		.left_join(role)
		.on((role.parent == rating.template) & (role.role == rating.evaluator_role))
		.where(
			(rating.docstatus == 1)
			& sql.of_company(rating)
			& sql.of_parties(rating.supplier)
			& (rating.template == sql.value(settings.template))
			& (rating.from_date == sql.value(scope.from_date))
			& (rating.to_date == sql.value(scope.to_date))
			& (mark.kpi == sql.value(settings.kpi))
			& (mark.not_applicable == 0)
		)
		.select(
			rating.supplier,
			rating.name.as_("document"),
			rating.rated_on.as_("date"),
			rating.evaluator,
			evaluator_role.as_("evaluator_role"),
			mark.mark,
			mark.comment,
			weight.as_("weight"),
			Count(mark.name).over(rating.supplier, evaluator_role).as_("people"),
		)
	)
	given = Table("given")
	return Facts(
		[
			Branch(
				sql.from_(marks.as_("given")),
				given.supplier,
				given.weight * given.mark / given.people,
				given.weight / given.people,
				{
					"date": given.date,
					"document_type": text("Supplier Evaluator Rating"),
					"document": given.document,
					"evaluator": given.evaluator,
					"evaluator_role": given.evaluator_role,
					"mark": given.mark,
					"comment": given.comment,
				},
			)
		]
	)
