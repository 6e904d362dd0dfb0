"""Mails to the customer about a complaint: that we have it, how it goes on, what we propose, how it went.

| step | the customer reads |
|---|---|
| (receipt) | that we have it, its number, and until when we answer |
| acknowledge | who looks after it |
| propose_resolution | what we propose |
| resolve | what was done, with a link to confirm or reopen |
| reject | why, with a link to object |
| reopen | that we are at it again |
| close (nobody answered) | that we take it for settled, with a link to object |
| confirm | the question on satisfaction, with a link to answer |

Investigating, waiting and what is said on the phone are no news. A step notes its mail with the complaint; a
job writes it when the step is saved, so that no mail can fail a save. What can't be sent stays due, is listed
(the field Mails), and is tried again every hour, for as long as it is true.

The words are the app's own, or an Email Template of the settings; the language is the customer's. No mail
quotes what somebody entered in the web form: it goes to an address that nobody has checked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.email_body import get_message_id
from frappe.model.document import Document
from frappe.utils import (
	add_to_date,
	cstr,
	escape_html,
	format_datetime,
	get_datetime,
	get_url,
	now_datetime,
	sanitize_html,
)

from partner_relations.common.mails import in_language, in_words, partner_addresses, queue_mail
from partner_relations.customer_care import answer_links
from partner_relations.customer_care.answer_links import ANSWER, SATISFACTION
from partner_relations.customer_care.complaint_senders import (
	complaint_mailbox,
	our_mailboxes,
	portal_users_of,
	recognise,
)
from partner_relations.customer_care.complaint_steps import (
	CLOSED,
	COMPLAINT,
	CONFIRMED,
	INVESTIGATION,
	NO_ANSWER,
	OPEN,
	PROPOSED,
	RECEIVED,
	REJECTED,
	RESOLVED,
	SETTINGS,
)

RECEIPT = "receive"
"""What the receipt of a complaint is called where steps are named."""

SENT, NOT_SENT = "Sent", "Not Sent"
TRACE = "Automated Message"
"""How our mails are called in the timeline. They are no answer of a person."""

NEWS_FOR_DAYS = 7
"""A complaint that was received longer ago is history that somebody enters: its receipt is no news."""

ACKNOWLEDGED_PER_HOUR = 5
"""Complaints of one address that are acknowledged in an hour: no two machines answer each other for ever."""

ASKED_AFTER_HOURS = 20
"""Who confirms by link or portal is asked there how satisfied he is; by mail only if he didn't say."""

MARK = "X-Customer-Complaint"
"""The header by which our own mails are known."""


@dataclass(frozen=True)
class Mail:
	"""What the customer is told of a step: `still` says whether it is true yet, `link` what a link is for."""

	setting: str
	subject: Callable[[Document], str]
	paragraphs: Callable[[Document], list[str]]
	still: Callable[[Document], bool]
	link: str | None = None
	link_label: Callable[[], str] = str


# The words. Each paragraph is HTML; what people typed is escaped.


def _received(complaint: Document) -> list[str]:
	paragraphs = [
		_("We have received your complaint and are sorry for the trouble. Its number is {0}.").format(
			escape_html(complaint.name)
		)
	]
	if complaint.respond_by:
		paragraphs.append(
			_("You will hear from us by {0}.").format(format_datetime(complaint.respond_by, "medium"))
		)
	return [*paragraphs, _("To add something, reply to this mail."), *_portal_hint(complaint)]


def _taken_up(complaint: Document) -> list[str]:
	handler = complaint.handler and frappe.utils.get_fullname(complaint.handler)
	text = (
		_("{0} looks after your complaint {1}.").format(escape_html(handler), escape_html(complaint.name))
		if handler
		else _("We are working on your complaint {0}.").format(escape_html(complaint.name))
	)
	if complaint.resolve_by:
		text += " " + _("We mean to have it resolved by {0}.").format(
			format_datetime(complaint.resolve_by, "medium")
		)
	return [text, _("To add something, reply to this mail.")]


def _proposed(complaint: Document) -> list[str]:
	return [
		_("This is what we propose to settle your complaint {0}:").format(escape_html(complaint.name)),
		_quoted(complaint.proposed_resolution),
		_("If you don't agree, reply to this mail."),
	]


def _resolved(complaint: Document) -> list[str]:
	return [
		_("We have done what we proposed to settle your complaint {0}:").format(escape_html(complaint.name)),
		_quoted(complaint.proposed_resolution),
		_("Please tell us whether it is settled for you, or what is still missing."),
	]


def _rejected(complaint: Document) -> list[str]:
	return [
		_("We have looked into your complaint {0} and can't accept it, for this reason:").format(
			escape_html(complaint.name)
		),
		_quoted((complaint.rejection_reason or "").replace("\n", "<br>")),
		_("If you see it otherwise, tell us why, and we will look at it again."),
	]


def _reopened(complaint: Document) -> list[str]:
	return [
		_("We have taken up your complaint {0} again and will come back to you.").format(
			escape_html(complaint.name)
		),
		_("To add something, reply to this mail."),
	]


def _closed(complaint: Document) -> list[str]:
	return [
		_("We haven't heard from you since we resolved your complaint {0}, and take it as settled.").format(
			escape_html(complaint.name)
		),
		_("If it isn't, tell us what is still missing."),
	]


def _asked(complaint: Document) -> list[str]:
	return [
		_("Your complaint {0} is settled. Thank you for telling us about it.").format(
			escape_html(complaint.name)
		),
		_("How satisfied are you with the way we handled it?"),
	]


def _is_confirmed(complaint: Document) -> bool:
	return (
		complaint.step in (CONFIRMED, CLOSED) and bool(complaint.confirmed_on) and not complaint.satisfaction
	)


MAILS = {
	RECEIPT: Mail(
		"acknowledgement",
		lambda complaint: _("We have received your complaint {0}").format(complaint.name),
		_received,
		lambda complaint: complaint.step in OPEN and _is_news(complaint),
	),
	"acknowledge": Mail(
		"progress_mail",
		lambda complaint: _("We are working on your complaint {0}").format(complaint.name),
		_taken_up,
		lambda complaint: complaint.step in OPEN and complaint.step != RECEIVED and _is_news(complaint),
	),
	"propose_resolution": Mail(
		"resolution_mail",
		lambda complaint: _("Our proposal for your complaint {0}").format(complaint.name),
		_proposed,
		lambda complaint: complaint.step == PROPOSED,
	),
	"resolve": Mail(
		"resolution_mail",
		lambda complaint: _("Your complaint {0}: is it settled for you?").format(complaint.name),
		_resolved,
		lambda complaint: complaint.step == RESOLVED,
		ANSWER,
		lambda: _("Confirm, or say what is missing"),
	),
	"reject": Mail(
		"progress_mail",
		lambda complaint: _("Your complaint {0}").format(complaint.name),
		_rejected,
		lambda complaint: complaint.step == REJECTED,
		ANSWER,
		lambda: _("Ask us to look again"),
	),
	"reopen": Mail(
		"progress_mail",
		lambda complaint: _("We have taken up your complaint {0} again").format(complaint.name),
		_reopened,
		lambda complaint: complaint.step == INVESTIGATION,
	),
	"close": Mail(
		"progress_mail",
		lambda complaint: _("We have closed your complaint {0}").format(complaint.name),
		_closed,
		lambda complaint: complaint.step == CLOSED and complaint.confirmed_via == NO_ANSWER,
		ANSWER,
		lambda: _("Say what is missing"),
	),
	"confirm": Mail(
		"satisfaction_mail",
		lambda complaint: _("How did we handle your complaint {0}?").format(complaint.name),
		_asked,
		_is_confirmed,
		SATISFACTION,
		lambda: _("Answer the question"),
	),
}
"""By the step that the mail follows."""


# Noting what is due


def note_receipt(complaint: Document) -> None:
	"""For `after_insert`: the customer is told that we have the complaint."""
	_note(complaint, RECEIPT)


def after_step(complaint: Document, step: str, from_step: str) -> None:
	"""Hook `customer_complaint_step_taken`: the customer is told of what matters to it."""
	if step in MAILS and MAILS[step].still(complaint):
		_note(complaint, step)


def _note(complaint: Document, step: str) -> None:
	if frappe.flags.in_import or frappe.flags.in_migrate or frappe.flags.in_install:
		return
	if step == RECEIPT and not _is_news(complaint):
		return
	due = [one for one in _due(complaint) if one != step]
	complaint.db_set({"mails_due": "\n".join([*due, step]), "mail_status": NOT_SENT}, update_modified=False)
	frappe.enqueue(
		"partner_relations.customer_care.complaint_mails.send_due",
		queue="short",
		enqueue_after_commit=True,
		complaint=complaint.name,
	)


def _due(complaint: Document) -> list[str]:
	return (complaint.mails_due or "").split()


def _is_news(complaint: Document) -> bool:
	return get_datetime(complaint.received_on) > add_to_date(now_datetime(), days=-NEWS_FOR_DAYS)


# Sending


def send_due(complaint: str) -> str | None:
	"""Send what is due of a complaint, in the order of its steps; returns why it could not be, as a sentence.

	Under the complaint's lock, so that nothing is sent twice. A mail that isn't true any more is left out.
	"""
	if not frappe.db.exists(COMPLAINT, complaint):
		return None
	document = frappe.get_doc(COMPLAINT, complaint, for_update=True)
	if not _due(document):
		return None
	_recognise(document)
	left, error, sent = [], None, False
	for step in _due(document):
		if step not in MAILS or not MAILS[step].still(document):
			continue
		if _is_asked_there(document, step):
			left.append(step)
			continue
		error = error or _send(document, step)
		if error:
			left.append(step)
		sent = sent or not error
	status = NOT_SENT if error else SENT if sent or _wrote_before(document) else None
	document.db_set(
		{"mails_due": "\n".join(left) or None, "mail_status": status, "mail_error": error},
		update_modified=False,
	)
	return error


def retry_unsent() -> None:
	"""Scheduled every hour: try again what could not be sent, and ask who hasn't said how satisfied he is."""
	for name in frappe.get_all(COMPLAINT, filters={"mails_due": ("is", "set")}, pluck="name", limit=500):
		try:
			send_due(name)
		except Exception:  # one that fails must not stop the others
			frappe.db.rollback()
			frappe.log_error(title=f"The mails of complaint {name} were not tried again")
		frappe.db.commit()  # nosemgrep: a background job; what was sent is sent


def _recognise(complaint: Document) -> None:
	"""Whose complaint of the web form it is; not found out there, so that its answer gives nothing away."""
	if complaint.channel == "Web Form" and complaint.step in OPEN and recognise(complaint):
		complaint.flags.ignore_permissions = True
		complaint.save()


def _wrote_before(complaint: Document) -> bool:
	filters = {"reference_doctype": COMPLAINT, "reference_name": complaint.name}
	return bool(frappe.db.exists("Communication", {**filters, "communication_type": TRACE}))


def _is_asked_there(complaint: Document, step: str) -> bool:
	"""Whether the question on satisfaction was just asked where the customer confirmed."""
	if step != "confirm" or complaint.confirmed_via not in ("Link", "Portal"):
		return False
	return get_datetime(complaint.confirmed_on) > add_to_date(now_datetime(), hours=-ASKED_AFTER_HOURS)


def _send(complaint: Document, step: str) -> str | None:
	"""Queue one mail; returns why it could not be, as a sentence."""
	addresses = (
		[complaint.contact_email]
		if complaint.contact_email
		else partner_addresses("Customer", complaint.customer)
		if complaint.customer
		else []
	)
	account = EmailAccount.find_outgoing(match_by_doctype=COMPLAINT)
	if missing := _what_is_missing(complaint, step, addresses, account):
		return missing
	try:
		with in_language(_language(complaint)):
			_queue(complaint, MAILS[step], addresses, account)
	except Exception as error:
		frappe.log_error(title=f"Mail about complaint {complaint.name} not sent")
		frappe.clear_messages()
		return in_words(error)
	return None


def _what_is_missing(complaint: Document, step: str, addresses: list[str], account: Any) -> str | None:
	if not addresses:
		return _("There is no e-mail address. Enter one in the complaint, or on the customer or its contact.")
	if addresses[0].lower() in our_mailboxes():
		return _("The address is one of our own mailboxes. Enter the customer's.")
	if not account:
		return _("There is no default outgoing e-mail account. Set one up under Email Account.")
	if step == RECEIPT and _too_many(complaint):
		return _(
			"More than {0} complaints came from this address within an hour. This one is not acknowledged by"
			" itself, for two machines may be answering each other."
		).format(ACKNOWLEDGED_PER_HOUR)
	return None


def _too_many(complaint: Document) -> bool:
	if not complaint.contact_email:
		return False
	created = get_datetime(complaint.creation)
	others = frappe.db.count(
		COMPLAINT,
		{
			"contact_email": complaint.contact_email,
			"creation": ("between", (add_to_date(created, hours=-1), created)),
			"name": ("!=", complaint.name),
		},
	)
	return others >= ACKNOWLEDGED_PER_HOUR


def _language(complaint: Document) -> str | None:
	return complaint.language or frappe.get_system_settings("language")


def _queue(complaint: Document, mail: Mail, addresses: list[str], account: Any) -> None:
	"""The mail and its trace in the timeline, or neither."""
	savepoint = "complaint_mail"
	frappe.db.savepoint(savepoint)
	try:
		link = answer_links.make_link(complaint, mail.link) if mail.link else None
		subject, message = _written(complaint, mail, link)
		trace = _trace(complaint, subject, message, link, addresses, account)
		queue_mail(
			complaint,
			addresses,
			subject,
			message,
			reply_to=complaint_mailbox(),
			message_id=trace.message_id,
			communication=trace.name,
			in_reply_to=trace.in_reply_to,
			email_headers={MARK: complaint.name, "X-Auto-Response-Suppress": "All"},
		)
	except Exception:
		frappe.db.rollback(save_point=savepoint)
		raise


def _written(complaint: Document, mail: Mail, link: str | None) -> tuple[str, str]:
	"""Subject and HTML, in the language that is set; with the number, by which an answer is filed."""
	subject, text = mail.subject(complaint), "<br><br>".join(_paragraphs(complaint, mail, link))
	template = frappe.get_cached_doc(SETTINGS).get(mail.setting)
	if template:
		written = frappe.get_cached_doc("Email Template", template).get_formatted_email(
			_words(complaint, link, text)
		)
		subject, text = frappe.utils.strip_html(written["subject"]), written["message"]
	if complaint.name not in subject:
		subject = f"{subject} ({complaint.name})"
	return subject, text


def _paragraphs(complaint: Document, mail: Mail, link: str | None) -> Iterator[str]:
	yield _("Dear Sir or Madam,")
	yield from mail.paragraphs(complaint)
	if link:
		yield f'<a href="{escape_html(link)}">{escape_html(mail.link_label())}</a>'
		yield _("The link is valid until {0}, for one answer.").format(
			format_datetime(complaint.answer_key_expires, "medium")
		)
	yield f"{_('Kind regards')}<br>{escape_html(complaint.company)}"


def _words(complaint: Document, link: str | None, text: str) -> dict[str, str]:
	"""What an Email Template may name: fields by their names (escaped), `link`, and the own words, `text`."""
	fields = ("name", "subject", "customer_name", "contact_name", "company", "rejection_reason")
	words = {field: escape_html(cstr(complaint.get(field))) for field in fields}
	if complaint.channel == "Web Form":
		words["subject"] = escape_html(complaint.name)
	moments = ("received_on", "respond_by", "resolve_by")
	words |= {field: complaint.get(field) and format_datetime(complaint.get(field)) for field in moments}
	return {
		**words,
		"step": _(complaint.step, context=COMPLAINT),
		"proposed_resolution": sanitize_html(complaint.proposed_resolution or "", always_sanitize=True),
		"link": escape_html(link or ""),
		"text": text,
	}


def _trace(
	complaint: Document, subject: str, message: str, link: str | None, addresses: list[str], account: Any
) -> Document:
	"""The mail in the timeline, to which answers attach; without the link, which is the customer's to use."""
	shown = message.replace(escape_html(link), get_url(f"/{answer_links.ROUTE}")) if link else message
	trace = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": TRACE,
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"subject": subject,
			"content": shown,
			"sender": account.email_id,
			"recipients": ", ".join(addresses),
			"reference_doctype": COMPLAINT,
			"reference_name": complaint.name,
			"message_id": get_message_id().strip("<> "),
			"in_reply_to": _last_received(complaint.name),
		}
	)
	trace.flags.skip_add_signature = True
	return trace.insert(ignore_permissions=True)


def _last_received(complaint: str) -> str | None:
	"""The customer's last mail, which ours answers in the customer's mail program."""
	return frappe.db.get_value(
		"Communication",
		{
			"reference_doctype": COMPLAINT,
			"reference_name": complaint,
			"sent_or_received": "Received",
			"communication_medium": "Email",
		},
		"name",
		order_by="creation desc",
	)


def _quoted(html: str | None) -> str:
	"""What people wrote in a field, plain or formatted: Frappe has made it safe if it had tags."""
	return f"<blockquote>{sanitize_html(html or '', always_sanitize=True)}</blockquote>"


def _portal_hint(complaint: Document) -> list[str]:
	if not complaint.customer or not portal_users_of(complaint.customer):
		return []
	address = get_url(f"/complaints/{complaint.name}")
	return [_("You can follow it here: {0}").format(f'<a href="{address}">{address}</a>')]


def mark_automatic(mail: Any) -> None:
	"""Hook `make_email_body_message`: our mails say that a machine wrote them (RFC 3834)."""
	if mail.msg_root.get(MARK):
		mail.set_header("Auto-Submitted", "auto-generated")
