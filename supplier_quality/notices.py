"""Telling the partner by mail, with a PDF and in the partner's language; what can't be sent is kept.

Evaluations, breaches of contract, rewards and penalties are sent the same way; `NOTICES` says what differs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.utils import (
	add_days,
	cint,
	escape_html,
	getdate,
	now,
	split_emails,
	today,
	validate_email_address,
)

from partner_relations.common.documents import without_scripts
from partner_relations.common.mails import (
	in_language,
	in_words,
	partner_addresses,
	queue_mail,
	what_is_missing,
)
from partner_relations.supplier_quality import letters, reward_penalty
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.evaluation import EVALUATION
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

PRINT_FORMAT = "Supplier Scorecard"
SETTINGS = "Supplier Quality Settings"
_UNKNOWN = object()


@dataclass(frozen=True)
class Notice:
	"""How one document type is sent.

	`setting` begins the names of the settings for subject and message: a name, or what makes it of the
	document. `message` gives the message where the settings have none, `words` what replaces the names in
	braces of both. `refusal` says why a document may not be sent now, else None; `waiting` are the filters
	for those that may be, among the unsent. `sent` writes what a letter that went out changes (the fields of
	the notice are its keyword arguments); without it they are written as they are.
	"""

	print_format: str
	partner: Callable[[Any], tuple[str, str]]
	setting: Callable[[Any], str]
	message: Callable[[Any], str]
	words: Callable[[Any], Mapping[str, str]]
	refusal: Callable[[Any], str | None]
	waiting: Mapping[str, Any] = field(default_factory=dict)
	sent: Callable[..., None] | None = None


# Evaluations


def _evaluation_refusal(document) -> str | None:
	if document.docstatus != 1:
		return _("Publish the evaluation before you send it to the supplier.")
	if document.status != "Published":
		return _("This evaluation is no longer in force. Send the newer one.")
	return None


def _evaluation_message(_document) -> str:
	return _paragraphs(
		_(
			"Please find attached our evaluation of {0} for {1}. We would be glad to discuss it with you."
		).format("{supplier}", "{period}")
	)


def _evaluation_words(document) -> dict[str, str]:
	return {
		"period": document.period_label,
		"supplier": document.supplier_name or document.supplier,
		"company": document.company,
	}


# Breaches of contract

BREACH_STATUSES = ("Detected", "Notified", "Accepted", "Disputed", "Penalised")


def _breach_refusal(document) -> str | None:
	if document.owed_by == "Us":
		return _("This is owed by us. There is nothing to reproach the partner with.")
	if document.status not in BREACH_STATUSES:
		return _("This breach is {0}. There is nothing to tell the partner any more.").format(
			_(document.status, context=BREACH)
		)
	return None


def _breach_message(_document) -> str:
	return _paragraphs(
		_(
			"What we agreed in the contract {0} was not kept: {1}. The attached letter gives the figures."
		).format("{contract}", "{obligation}"),
		"{answer}",
	)


def _breach_words(document) -> dict[str, str]:
	return {
		"partner": document.party_name or document.party,
		"company": document.company,
		"contract": document.contract,
		"obligation": document.obligation,
		"deadline": letters.day_in_words(document.respond_by),
		"answer": " ".join(letters.how_to_answer(document)),
	}


# Rewards and penalties

REWARD_PENALTY_STATUSES = ("Approved", "Notified", "Accepted", "Disputed", "Posted", "In Effect")


def _reward_penalty_refusal(document) -> str | None:
	if document.docstatus == 0:
		return _("This has to be approved before you send it to the supplier.")
	if document.docstatus == 2 or document.status not in REWARD_PENALTY_STATUSES:
		return _("This is no longer in force: there is nothing to tell the supplier any more.")
	return None


def _reward_penalty_message(document) -> str:
	if document.kind == "Reward":
		text = _("Thank you for your good work. The attached letter says what we have decided: {0}.")
	else:
		text = _("The attached letter says what we have decided, why, and how amounts were computed: {0}.")
	return _paragraphs(text.format("{decision}"), "{answer}")


def _reward_penalty_words(document) -> dict[str, str]:
	return {
		"supplier": document.supplier_name or document.supplier,
		"company": document.company,
		"decision": letters.reward_penalty_subject(document),
		"number": document.name,
		"deadline": letters.day_in_words(document.respond_by),
		"answer": " ".join(letters.how_to_answer(document)),
	}


NOTICES: dict[str, Notice] = {
	EVALUATION: Notice(
		print_format=PRINT_FORMAT,
		partner=lambda document: ("Supplier", document.supplier),
		setting=lambda _document: "notice",
		message=_evaluation_message,
		words=_evaluation_words,
		refusal=_evaluation_refusal,
		waiting={"docstatus": 1, "status": "Published"},
	),
	BREACH: Notice(
		print_format="Contract Breach Notice",
		partner=lambda document: (document.party_type, document.party),
		setting=lambda _document: "breach",
		message=_breach_message,
		words=_breach_words,
		refusal=_breach_refusal,
		waiting={"status": ("in", BREACH_STATUSES)},
	),
	REWARD_PENALTY: Notice(
		print_format="Supplier Reward Penalty Notice",
		partner=lambda document: ("Supplier", document.supplier),
		setting=lambda document: document.kind.lower(),
		message=_reward_penalty_message,
		words=_reward_penalty_words,
		refusal=_reward_penalty_refusal,
		waiting={"docstatus": 1, "status": ("in", REWARD_PENALTY_STATUSES)},
		sent=reward_penalty.notice_sent,
	),
}


# Sending


def send(
	doctype: str, name: str, recipients: Sequence[str] | str | None = None, message: str | None = None
) -> dict[str, str | None]:
	"""Mail a document of `NOTICES` with its PDF; returns {"status": "Sent" | "Not sent", "error"}.

	What keeps it from being sent (no outgoing account, no address) is kept on the document and never
	raised: the document stays valid, and the notice is tried again every day. Raised are a missing right to
	mail it, a document that is not to be sent, and an address that can't be one.

	The partner's time to answer counts from the day of the first letter that went out. Call this last: making
	the PDF commits the transaction (Frappe's log of prints does).

	Of two who send at the same moment, the second is refused (`SentMeanwhile`).
	"""
	return _deliver(doctype, name, recipients, message)


class SentMeanwhile(frappe.ValidationError):
	"""Somebody else sent the notice while this one was being made."""


def _deliver(
	doctype: str,
	name: str,
	recipients: Sequence[str] | str | None,
	message: str | None,
	sent_before: Any = _UNKNOWN,
) -> dict[str, str | None]:
	"""`send`, unless it was sent since the caller knew when it was last (default: since now)."""
	notice = NOTICES[doctype]
	document = frappe.get_doc(doctype, name)
	document.check_permission("email")
	if refused := notice.refusal(document):
		frappe.throw(refused)
	if sent_before is _UNKNOWN:
		sent_before = document.notice_on
	chosen = _addresses(recipients)
	message = without_scripts(message) or None
	addresses = chosen or partner_addresses(*notice.partner(document))
	before = document.get("respond_by")
	_set_deadline(document)
	letter, error = _letter(notice, document, addresses, message)
	# The PDF's commit would end a lock that was taken before.
	document = _lock(notice, document, sent_before)
	if letter:
		error = _post(document, addresses, letter)
	kept = {
		"notice_status": "Not sent" if error else "Sent",
		# an address that nobody chose is looked up again when the notice is tried again
		"notice_to": ", ".join(chosen if error else addresses),
		"notice_on": document.notice_on if error else now(),
		"notice_error": error,
		"notice_message": message,
	}
	if document.meta.has_field("respond_by"):
		kept["respond_by"] = before if error and before else document.respond_by
	document.db_set(kept)
	if not error:
		document.run_method("notice_sent")  # what follows for its status, at a later try too
	return {"status": document.notice_status, "error": error}


def send_to_supplier(
	evaluation: str, recipients: Sequence[str] | str | None = None, message: str | None = None
) -> dict[str, str | None]:
	"""Mail a published evaluation to its supplier: `send`."""
	return send(EVALUATION, evaluation, recipients, message)


def retry_unsent() -> None:
	"""Scheduled daily: try again what could not be sent."""
	for doctype, notice in NOTICES.items():
		for row in frappe.get_all(
			doctype,
			filters={"notice_status": "Not sent", **notice.waiting},
			fields=["name", "notice_to", "notice_message", "notice_on"],
		):
			try:
				_deliver(doctype, row.name, row.notice_to, row.notice_message, row.notice_on)
			except SentMeanwhile:
				continue
			except frappe.ValidationError:  # one bad row must not stop the others
				frappe.log_error(title=f"Supplier notice {row.name} was not tried again")


def _addresses(recipients: Sequence[str] | str | None) -> list[str]:
	given = split_emails(recipients) if isinstance(recipients, str) else list(recipients or ())
	for address in given:
		validate_email_address(address, throw=True)
	return given


def _set_deadline(document) -> None:
	"""Until when to answer, in a letter that goes out today for the first time."""
	if not document.meta.has_field("respond_by") or document.responded_on or document.notice_on:
		return
	days = cint(frappe.get_cached_doc(SETTINGS).answer_days)
	full_time = getdate(add_days(today(), days))
	document.respond_by = max(full_time, getdate(document.respond_by or full_time))


def _lock(notice: Notice, document, sent_before: Any):
	"""The document as it is now, locked until the transaction ends, with the letter's time to answer.

	Raises SentMeanwhile if it was sent after `sent_before`, and frappe.ValidationError if it may not be sent
	any more.
	"""
	respond_by = document.get("respond_by")
	document = frappe.get_doc(document.doctype, document.name, for_update=True)
	if document.notice_on != sent_before:
		frappe.throw(
			_(
				"It was sent to {0} at this very moment, so it isn't sent again. Load the document anew."
			).format(escape_html(document.notice_to or "")),
			SentMeanwhile,
		)
	if refused := notice.refusal(document):
		frappe.throw(refused)
	if document.meta.has_field("respond_by"):
		document.respond_by = respond_by
	return document


@dataclass(frozen=True)
class _Letter:
	"""A mail that is ready to go out; its body is HTML."""

	language: str
	subject: str
	body: str
	pdf: dict[str, Any]


def _letter(
	notice: Notice, document, addresses: Sequence[str], message: str | None
) -> tuple[_Letter | None, str | None]:
	"""The mail in the partner's language, or None and why there is none, as a sentence."""
	party_type, party = notice.partner(document)
	if missing := what_is_missing(party_type, addresses):
		return None, missing
	settings = frappe.get_cached_doc(SETTINGS)
	language = frappe.db.get_value(party_type, party, "language") or frappe.local.lang
	try:
		with in_language(language):
			setting = notice.setting(document)
			words = notice.words(document)
			standard = _standard_subject(f"{setting}_subject")
			subject = _fill(_(settings.get(f"{setting}_subject") or standard), words)
			text = message or settings.get(f"{setting}_message") or notice.message(document)
			body = _fill(text, {name: escape_html(value or "") for name, value in words.items()})
			# Printing writes Frappe's access log and commits it, so no savepoint may be open here.
			pdf = frappe.attach_print(
				document.doctype,
				document.name,
				print_format=notice.print_format,
				doc=document,
				lang=language,
			)
	except Exception as error:
		return None, _noted(document, error)
	return _Letter(language, subject, body, pdf), None


def _post(document, addresses: Sequence[str], letter: _Letter) -> str | None:
	"""Queue the mail; returns why it could not be, as a sentence."""
	try:
		with in_language(letter.language):
			queue_mail(document, addresses, letter.subject, letter.body, [letter.pdf])
	except Exception as error:
		return _noted(document, error)
	return None


def _noted(document, error: Exception) -> str:
	"""The error for people; the log keeps all of it."""
	frappe.log_error(title=f"Supplier notice {document.name} not sent")
	frappe.clear_messages()
	return in_words(error)


def _paragraphs(*body: str) -> str:
	"""A message of these paragraphs, between salutation and close."""
	paragraphs = (_("Dear Sir or Madam,"), *body, _("Kind regards") + "<br>{company}")
	return "<br><br>".join(paragraphs)


def _standard_subject(setting: str) -> str:
	"""The subject that the settings start with; translated like what an administrator leaves as it is."""
	return frappe.get_meta(SETTINGS).get_field(setting).default


def _fill(text: str, words: Mapping[str, str]) -> str:
	"""Replace {period}, {supplier}, {company} and so on; other braces stay as they are."""
	return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]) or "", text)
