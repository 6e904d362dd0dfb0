"""Telling the supplier: the evaluation as a PDF by mail, in the supplier's language; unsent ones are kept."""

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.utils import escape_html, now, split_emails, validate_email_address

from partner_relations.supplier_quality.evaluation import EVALUATION

PRINT_FORMAT = "Supplier Scorecard"


def send_to_supplier(
	evaluation: str, recipients: Sequence[str] | str | None = None, message: str | None = None
) -> dict[str, str | None]:
	"""Mail a published evaluation with its PDF; returns {"status": "Sent" | "Not sent", "error"}.

	What keeps it from being sent (no outgoing account, no address) is kept on the evaluation and never
	raised: the evaluation stays valid, and the notice is tried again every day. Checks the right to mail it.
	"""
	document = frappe.get_doc(EVALUATION, evaluation)
	document.check_permission("email")
	if document.docstatus != 1:
		frappe.throw(_("Publish the evaluation before you send it to the supplier."))
	if document.status != "Published":
		frappe.throw(_("This evaluation is no longer in force. Send the newer one."))
	chosen = _addresses(recipients)
	addresses = chosen or supplier_addresses(document.supplier)
	error = _send(document, addresses, message)
	document.db_set(
		{
			"notice_status": "Not sent" if error else "Sent",
			# an address that nobody chose is looked up again when the notice is tried again
			"notice_to": ", ".join(chosen if error else addresses),
			"notice_on": None if error else now(),
			"notice_error": error,
			"notice_message": message,
		}
	)
	return {"status": document.notice_status, "error": error}


def supplier_addresses(supplier: str) -> list[str]:
	"""The supplier's own address, else that of its primary contact, else of any contact."""
	address = frappe.db.get_value("Supplier", supplier, "email_id")
	if address:
		return [address]
	contact, link = frappe.qb.DocType("Contact"), frappe.qb.DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(contact)
		.join(link)
		.on((link.parent == contact.name) & (link.parenttype == "Contact"))
		.where(
			(link.link_doctype == "Supplier")
			& (link.link_name == supplier)
			& contact.email_id.notnull()
			& (contact.email_id != "")
		)
		.orderby(contact.is_primary_contact, order=frappe.qb.desc)
		.select(contact.email_id)
		.limit(1)
	).run()
	return [rows[0][0]] if rows else []


def retry_unsent() -> None:
	"""Scheduled daily: try again what could not be sent."""
	for row in frappe.get_all(
		EVALUATION,
		filters={"notice_status": "Not sent", "docstatus": 1, "status": "Published"},
		fields=["name", "notice_to", "notice_message"],
	):
		try:
			send_to_supplier(row.name, row.notice_to, row.notice_message)
		except frappe.ValidationError:  # one bad row must not stop the others
			frappe.log_error(title=f"Supplier notice {row.name} was not tried again")


def _addresses(recipients: Sequence[str] | str | None) -> list[str]:
	given = split_emails(recipients) if isinstance(recipients, str) else list(recipients or ())
	for address in given:
		validate_email_address(address, throw=True)
	return given


def _send(document, addresses: Sequence[str], message: str | None) -> str | None:
	"""Queue the mail; returns why it could not be, as a sentence."""
	if not addresses:
		return _("The supplier has no e-mail address. Enter one on the supplier or its contact.")
	if not frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
		return _("There is no default outgoing e-mail account. Set one up under Email Account.")
	settings = frappe.get_cached_doc("Supplier Quality Settings")
	words = {
		"period": document.period_label,
		"supplier": document.supplier_name or document.supplier,
		"company": document.company,
	}
	language = frappe.db.get_value("Supplier", document.supplier, "language") or frappe.local.lang
	try:
		with _language(language):
			subject = _fill(_(settings.notice_subject or _standard_subject()), words)
			text = message or settings.notice_message or _standard_message()
			body = _fill(text, {name: escape_html(value) for name, value in words.items()})
			# Printing writes Frappe's access log and commits it, so no savepoint may be open here.
			pdf = frappe.attach_print(
				EVALUATION, document.name, print_format=PRINT_FORMAT, doc=document, lang=language
			)
			_queue(document, addresses, subject, body, pdf)
	except Exception as error:
		frappe.log_error(title=f"Supplier notice {document.name} not sent")
		frappe.clear_messages()
		return frappe.utils.strip_html(str(error)) or type(error).__name__
	return None


def _queue(document, addresses: Sequence[str], subject: str, body: str, pdf: dict) -> None:
	"""Put the mail into the queue, or nothing of it."""
	savepoint = "supplier_notice"
	frappe.db.savepoint(savepoint)
	try:
		frappe.sendmail(
			recipients=list(addresses),
			subject=subject,
			message=body,
			attachments=[pdf],
			reference_doctype=EVALUATION,
			reference_name=document.name,
		)
	except Exception:
		frappe.db.rollback(save_point=savepoint)
		raise


def _standard_message() -> str:
	paragraphs = (
		_("Dear Sir or Madam,"),
		_(
			"Please find attached our evaluation of {0} for {1}. We would be glad to discuss it with you."
		).format("{supplier}", "{period}"),
		_("Kind regards") + "<br>{company}",
	)
	return "<br><br>".join(paragraphs)


def _standard_subject() -> str:
	"""The subject that the settings start with; translated like what an administrator leaves as it is."""
	return frappe.get_meta("Supplier Quality Settings").get_field("notice_subject").default


def _fill(text: str, words: dict[str, str]) -> str:
	"""Replace {period}, {supplier}, {company}; other braces stay as they are."""
	for name, value in words.items():
		text = text.replace("{" + name + "}", value or "")
	return text


class _language:
	"""The partner's language for the time of writing to it."""

	def __init__(self, language: str):
		self.language = language

	def __enter__(self):
		self.before = frappe.local.lang
		frappe.local.lang = self.language

	def __exit__(self, *_error):
		frappe.local.lang = self.before
