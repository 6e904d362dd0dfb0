"""Exact decimal numbers.

Amounts are computed with 40 significant digits and rounded once, half even, to the nine decimals that the
ERP's columns keep. A grade is decided on the rounded number, so what is stored explains the grade.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)
PLACES = Decimal("0.000000001")

Number = Decimal | int | float | str


def decimal(number: Number) -> Decimal:
	"""The number as people read it: 0.1 is a tenth, not the nearest binary fraction."""
	return number if isinstance(number, Decimal) else Decimal(str(number))


def finite(number: Number | None) -> Decimal | None:
	"""The number as a Decimal, or None where it is no finite number."""
	try:
		value = decimal(number)
	except (InvalidOperation, TypeError, ValueError):
		return None
	return value if value.is_finite() else None


def stored(number: Decimal) -> Decimal:
	"""The number with the nine decimals that the database keeps."""
	return number.quantize(PLACES, context=EXACT)


def as_text(number: Number | None) -> str:
	"""A number as text without exponent or trailing zeros, which loses nothing in JSON: 100, 0.5."""
	if not number:
		return "0"
	text = format(decimal(number), "f")
	return text.rstrip("0").rstrip(".") or "0" if "." in text else text
