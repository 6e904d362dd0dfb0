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
