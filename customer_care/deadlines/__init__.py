"""Business time: when a promise is due, what stops its clock, and how late it was. Without frappe."""

from partner_relations.customer_care.deadlines.calendar import CalendarError, ServiceCalendar
from partner_relations.customer_care.deadlines.clock import (
	Breach,
	Due,
	Hold,
	Target,
	breach,
	due,
	dues,
	time_used,
	warn_at,
)

__all__ = [
	"Breach",
	"CalendarError",
	"Due",
	"Hold",
	"ServiceCalendar",
	"Target",
	"breach",
	"due",
	"dues",
	"time_used",
	"warn_at",
]
