"""The RFM map: how many customers are in each cell of two of the three scores, as a picture (SVG)."""

from collections.abc import Iterable, Mapping

from frappe import _
from frappe.utils import escape_html

SCORES = (1, 2, 3, 4, 5)
CELL, GAP, LEFT, TOP, BOTTOM = 84, 4, 120, 6, 40
HEIGHT_OF_CELL = 44


def axis(score: str) -> str:
	"""The name of a score of "rfm", in the user's language."""
	return {
		"r": _("Recency"),
		"f": _("Frequency", context="Customer Tiering Metric"),
		"m": _("Monetary Value"),
	}[score]


def rfm_map(rfms: Iterable[str], up: str = "f", chosen: Mapping[str, int | None] | None = None) -> str:
	"""The picture of RFM codes such as "531": recency to the right, `up` ("f" or "m") upwards.

	The darker a cell, the more customers. Each one carries `data-r` and `data-up`, so that a click can filter
	by it; the `chosen` one ({"r": 5, "up": 3}) is framed. No script, no text but numbers and words of ours.
	"""
	counts: dict[tuple[int, int], int] = {}
	place = "rfm".index(up)
	for code in rfms:
		cell = (int(code[0]), int(code[place]))
		counts[cell] = counts.get(cell, 0) + 1
	most = max(counts.values(), default=0)
	chosen = chosen or {}
	parts = []
	for recency in SCORES:
		for other in SCORES:
			count = counts.get((recency, other), 0)
			framed = count and chosen.get("r") in (None, recency) and chosen.get("up") in (None, other)
			is_chosen = bool(framed and (chosen.get("r") or chosen.get("up")))
			parts.append(_cell(recency, other, count, most, is_chosen, up))
	parts += _labels(up)
	width, height = LEFT + 5 * (CELL + GAP), TOP + 5 * (HEIGHT_OF_CELL + GAP) + BOTTOM
	title = escape_html(_("Customers by recency and {0}").format(axis(up).lower()))
	return (
		f'<svg class="pr-rfm" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
		f"{''.join(parts)}</svg>"
	)


def _cell(recency: int, other: int, count: int, most: int, is_chosen: bool, up: str) -> str:
	x, y = _x(recency), _y(other)
	share = count / most if most else 0
	shade = 0.04 + 0.86 * share
	hint = escape_html(
		_("Recency {0}, {1} {2}: customers {3}").format(recency, axis(up).lower(), other, count)
	)
	ink = "pr-rfm-light" if share > 0.5 else "pr-rfm-dark"
	return (
		f'<g class="pr-rfm-cell{" pr-rfm-chosen" if is_chosen else ""}" data-r="{recency}" data-up="{other}" '
		f'tabindex="0" role="button"><title>{hint}</title>'
		f'<rect x="{x}" y="{y}" width="{CELL}" height="{HEIGHT_OF_CELL}" rx="5" fill-opacity="{shade:.2f}"/>'
		f'<text class="{ink}" x="{x + CELL / 2}" y="{y + HEIGHT_OF_CELL / 2 + 5}">{count or "·"}</text></g>'
	)


def _labels(up: str) -> list[str]:
	bottom = TOP + 5 * (HEIGHT_OF_CELL + GAP)
	labels = [
		f'<text class="pr-rfm-tick" x="{_x(score) + CELL / 2}" y="{bottom + 14}">{score}</text>'
		for score in SCORES
	]
	labels += [
		f'<text class="pr-rfm-tick" x="{LEFT - 10}" y="{_y(score) + HEIGHT_OF_CELL / 2 + 5}">{score}</text>'
		for score in SCORES
	]
	middle = LEFT + 5 * (CELL + GAP) / 2
	right = escape_html(_("{0} (5: bought most recently)").format(axis("r")))
	upwards = escape_html(axis(up))
	labels.append(f'<text class="pr-rfm-axis" x="{middle}" y="{bottom + 34}">{right}</text>')
	labels.append(
		f'<text class="pr-rfm-axis" x="50" y="{TOP + 5 * (HEIGHT_OF_CELL + GAP) / 2}">{upwards}</text>'
	)
	return labels


def _x(score: int) -> int:
	return LEFT + (score - 1) * (CELL + GAP)


def _y(score: int) -> int:
	return TOP + (5 - score) * (HEIGHT_OF_CELL + GAP)
