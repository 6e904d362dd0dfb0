"""The sentences for what the core refuses; each names the row and the mend."""

from frappe import _
from frappe.utils import cint


def curve_message(reason: str, row: int) -> str:
	"""Why a rating curve is refused (a `CurveError`), for people."""
	return {
		"no points": _(
			"The rating curve has no points. Add at least one row with a measured value and its rating."
		),
		"not a number": _("Row {0} of the rating curve: enter a number as value and as rating."),
		"rating outside 0 to 100": _("Row {0} of the rating curve: the rating must lie between 0 and 100."),
		"same value twice": _(
			"Row {0} of the rating curve: this measured value is there already. Keep one of the two rows."
		),
	}[reason].format(cint(row))


def grade_message(reason: str, row: int) -> str:
	"""Why a grade scale is refused (a `GradeScaleError`), for people."""
	return {
		"no bands": _("The scale has no grades. Add at least one that covers 0 to 100."),
		"not a number": _("Row {0}: enter numbers as limits of the grade."),
		"no name": _("Row {0}: enter the name of the grade."),
		"same name twice": _(
			"Row {0}: this grade is in the table already. Give it another name or delete it."
		),
		"empty band": _("Row {0}: the upper limit must be above the lower limit."),
		"gap": _("Row {0}: there is a gap below this grade. Let it start where the grade below it ends."),
		"overlap": _("Row {0}: this grade overlaps the one below it. Let it start where that one ends."),
		"does not start at 0": _("Row {0}: the lowest grade must start at 0."),
		"does not end at 100": _("Row {0}: the highest grade must end at 100."),
	}[reason].format(cint(row))


def rule_message(reason: str, row: int | None) -> str:
	"""Why an incentive rule is refused (a `RuleError`), for people."""
	return {
		"no conditions": _("Add at least one condition: without any the rule would hold always."),
		"no kpi": _("Row {0}: choose the KPI whose value or rating counts."),
		"no grade": _("Row {0}: enter the grade."),
		"comparison": _(
			"Row {0}: choose rose or fell for a change, and is, is at least or is at most for anything else."
		),
		"not a number": _("Row {0}: enter a number."),
		"negative change": _("Row {0}: enter by how much as a number above 0; fell says the direction."),
		"part of a grade": _("Row {0}: grades rise and fall by whole grades. Enter 1, 2, 3."),
		"outside 0 to 100": _("Row {0}: scores and ratings lie between 0 and 100."),
		"periods": _("The number of periods in a row must be a whole number above 0."),
		"breaches": _("The number of breaches must be a whole number above 0."),
		"months": _("The number of months must be a whole number above 0."),
	}[reason].format(cint(row))


def scheme_message(reason: str, row: int, label: str) -> str:
	"""Why a remedy scheme is refused (a `SchemeError`), for people; `label` is that of the field."""
	return {
		"negative number": _("{1} cannot be negative. Enter 0 or more."),
		"not a number": _("{1} is not a number. Enter one."),
		"unknown choice": _("{1}: choose one of the options of the list."),
		"no rate": _("Enter the rate: percent of the basis, or an amount."),
		"no units": _("{1} must be more than 0, such as 1 for a rate per day or 7 for one per week."),
		"no steps": _("The table of steps is empty. Add at least one row with a threshold and its rate."),
		"same threshold twice": _(
			"Row {0}: this threshold is in the table already. Change it or delete one of the two rows."
		),
		"falling rates": _(
			"Row {0}: the rate is lower than that of a smaller threshold. Let rates rise with the "
			"thresholds, or being later would cost less."
		),
		"no grades": _("The table of bonuses is empty. Add at least one grade with its rate."),
		"no grade": _("Row {0}: enter the grade."),
		"same grade twice": _("Row {0}: this grade is in the table already. Delete one of the two rows."),
		"nothing but zeros": _("All rates are 0, so nothing would ever be owed. Enter at least one above 0."),
		"percent of a fixed amount": _(
			"A fixed amount has no basis to take a percentage of. Set “Rate Is” to Amount, or choose another "
			"basis."
		),
		"cap of a fixed amount": _(
			"A fixed amount has no basis to take a percentage of. Set the cap as an amount, or choose "
			"another basis."
		),
		"termination of a fixed amount": _(
			"A fixed amount has no basis to take a percentage of. Take the termination threshold out, or "
			"choose another basis."
		),
		"amount per part": _(
			"An amount cannot be paid on a part of the volume. Set “Rate Is” to percent, or pay the "
			"rebate on the whole volume."
		),
		"no volume": _("A rebate is paid on a volume. Choose the order value or the invoice value as basis."),
		"no value of a grade": _(
			"A grade has no late lines. Choose the order value, the invoice value or a fixed amount as basis."
		),
		"reward only": _(
			"This method computes rewards. Set the purpose to Reward, or choose rates or steps as method."
		),
		"reward that terminates": _(
			"A reward gives no reason to terminate a contract. Take the termination threshold out."
		),
		"limit of zero": _("{1} is 0. Enter a number above 0, or clear its check box."),
		"minimum above cap": _("The minimum is above the limit “{1}”. Lower the one or raise the other."),
	}[reason].format(cint(row), _in_row(row, label))


def _in_row(row: int, label: str) -> str:
	return _("Row {0}, {1}").format(cint(row), label) if row else label
