"""Text that comes from outside: what strangers enter is made harmless before it is stored.

Frappe cleans what looks like HTML when a document is saved, but neither what happens to be JSON nor
addresses; and what it exports for spreadsheets begins as people typed it, so a formula would run there.
"""

import html
import re

from frappe.utils import cstr, escape_html
from frappe.utils.html_utils import clean_email_html

LONGEST_LINE = 140
LONGEST_TEXT = 10_000

MOST_TURNS = 8
"""So often entities in entities, and tags in tags, are taken apart; nobody writes any by chance."""

_TAG = re.compile(r"<[^<>]*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_NOT_IN_PHONE = re.compile(r"[^0-9+()., -]+")
LONGEST_PHONE = 20
"""As Frappe has it."""
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}", re.IGNORECASE)
_OWN_IMAGE = re.compile(r"""\bsrc=["']?/(?:private/)?files/""", re.IGNORECASE)
_LINES = re.compile(r"<(?:p|div|br|table|ul|ol|pre|blockquote|h[1-6])\b", re.IGNORECASE)
"""What breaks lines in HTML."""

_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)


def one_line(text: str | None, longest: int = LONGEST_LINE) -> str:
	"""A line without tags, control characters and breaks, cut to so many characters, and no formula.

	A text that begins as a formula does gets an apostrophe in front, by which spreadsheets take it for text.
	"""
	line = " ".join(_CONTROL.sub("", without_tags(cstr(text))).split())
	return no_formula(line)[:longest]


def without_tags(text: str) -> str:
	"""The text without anything that a browser could take for a tag; "3 < 5" stays as it is.

	Nor anything that becomes a tag when entities are decoded, however often: the Desk decodes titles.
	"""
	for _turn in range(MOST_TURNS):
		decoded = _decoded(text)
		if not re.search("<[a-zA-Z/!?]", decoded):
			return text
		text = re.sub("<(?=[a-zA-Z/!?])", "", _TAG.sub("", decoded))
	return re.sub("[<&]", "", text)


def of_guest(text: str) -> str:
	"""What a guest typed: Frappe hands on what guests send with these three characters as entities."""
	return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def no_formula(text: str) -> str:
	"""The text, with an apostrophe in front if a spreadsheet would take it for a formula."""
	return f"'{text}" if text[:1] in ("=", "+", "-", "@", "|", "%", "\t", "\r") else text


def plain_text(text: str | None, longest: int = LONGEST_TEXT) -> str:
	"""Several lines without tags and control characters; no formula."""
	lines = _CONTROL.sub("", without_tags(cstr(text))).replace("\r\n", "\n").replace("\r", "\n")
	return no_formula(lines.strip())[:longest]


def as_html(text: str | None, longest: int = LONGEST_TEXT) -> str:
	"""Several plain lines as HTML that says the same, tags and all; without its own tags no formula."""
	lines = _CONTROL.sub("", cstr(text)).replace("\r\n", "\n").replace("\r", "\n").strip()
	lines = no_formula(lines)[:longest]
	paragraphs = [part for part in re.split(r"\n\s*\n", lines) if part.strip()]
	return "".join(f"<p>{escape_html(part.strip()).replace(chr(10), '<br>')}</p>" for part in paragraphs)


def of_mail(content: str | None) -> str:
	"""The HTML of a mail as we show it: no scripts, styles and forms, and no images, which would tell their
	sender who looks at them (those that were sent along are files).

	Of a mail in plain text Frappe keeps the lines; they are shown as lines.
	"""
	content = cstr(content)
	safe = _IMAGE.sub("", clean_email_html(content))
	if _LINES.search(content):
		return safe
	return re.sub(r"\n{2,}", "<br>", safe.strip()).replace("\n", "<br>")


def kept_of_mail(content: str | None) -> str:
	"""The HTML of a mail as it is kept: as `of_mail`, with the images that were sent along, and its lines."""
	return _IMAGE.sub(
		lambda image: image[0] if _OWN_IMAGE.search(image[0]) else "", clean_email_html(cstr(content))
	)


def phone(text: str | None) -> str | None:
	"""A phone number as Frappe takes it; None without digits. What no number consists of is left out."""
	number = " ".join(_NOT_IN_PHONE.sub(" ", cstr(text)).split())[:LONGEST_PHONE].strip()
	return number if re.search("[0-9]", number) else None


def _decoded(text: str) -> str:
	for _turn in range(MOST_TURNS):
		decoded = html.unescape(text)
		if decoded == text:
			break
		text = decoded
	return text


def address(text: str | None) -> str | None:
	"""An e-mail address in small letters, or None if it isn't one that we would write to."""
	text = cstr(text).strip().lower()
	return text if len(text) <= LONGEST_LINE and _ADDRESS.fullmatch(text) else None
