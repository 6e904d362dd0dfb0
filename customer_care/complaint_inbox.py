"""Mails to the complaint address: which complaint each belongs to, or that it begins one.

Frappe reads the mailbox (an Email Account whose mails are appended to Customer Complaint), guesses to which
document a mail belongs, and makes a new one for the others. It takes whatever the subject names, and whatever
has a similar subject from the same address, so what it found is judged here before the mail is kept:

| a mail | goes to |
|---|---|
| answers one about a complaint, or names its number, and comes from who may write to it | that complaint |
| begins as an answer does and repeats the subject of a complaint of its sender | that complaint |
| answers or names a complaint that its sender may not write to | a new one, which says what was named |
| comes from a machine: an absence, an undeliverable mail | the one it is about, as no answer; or none |
| everything else | a new complaint |

To a complaint may write: its customer's side, our own people, and who wrote or got the mail that is answered.

Whose address a mail bears is no proof of who wrote it. What a mail brings is shown to the customer whose
complaint it goes to, as from that address, and nothing goes back to the sender but that it was received.

Frappe hands the text of a mail to its hooks and not the headers, so a machine is known by its address and by
how its subject begins. Of those that aren't, none is answered more often than `complaint_mails` allows, and
what we send says that a machine wrote it (RFC 3834).
"""

import html
import re
from email.header import decode_header, make_header
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, cstr, now_datetime, split_emails

from partner_relations.customer_care import complaint_files, complaints, outside_text
from partner_relations.customer_care.complaint_files import Upload
from partner_relations.customer_care.complaint_mails import TRACE
from partner_relations.customer_care.complaint_senders import (
	MAILBOX,
	addresses_of,
	our_mailboxes,
	plain,
	recognise,
)
from partner_relations.customer_care.complaint_steps import COMPLAINT
from partner_relations.customer_care.complaint_talk import MESSAGE, give_task

CHANNEL = "Email"
SAME_SUBJECT_FOR_DAYS = 60
MOST_NAMES = 20
LONGEST_MAIL = 100_000

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9./_-]*[A-Za-z0-9])?")
"""What may be the number of a complaint; in a Chinese sentence no blank stands around it."""

_ANSWERS = re.compile(
	r"^\s*(?:(?:re|aw|sv|antw|res|rif|odp|回复|回覆|答复|答覆)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)
_MACHINES = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|bounces?(?:[+=].*)?)@", re.IGNORECASE)
_BY_MACHINES = re.compile(
	r"^\s*(?:"
	r"auto(?:matic|mated)?[ -]?(?:reply|response|resposta|svar)\b|auto:|out of (?:the )?office\b|ooo:|"
	r"automatische antwort|abwesenheit|réponse automatique|absence du bureau|respuesta automática|"
	r"resposta automática|risposta automatica|automatisch antwoord|autosvar|automatiskt svar|"
	r"自动回复|自动答复|自動回覆|自動回复|自動応答|不在"
	r"|undeliver(?:able|ed)\b|delivery (?:status notification|failure|has failed)|"
	r"mail delivery (?:failed|system)|"
	r"returned mail|failure notice|mail delivery failure|unzustellbar|non remis|no se puede entregar|"
	r"系统退信|退信|无法送达|未送达|无法投递|read:|已读:|已读："
	r")",
	re.IGNORECASE,
)


_SUBJECTS = re.compile(r"^Subject:[ \t]*(.+(?:\r?\n[ \t].+)*)", re.IGNORECASE | re.MULTILINE)


# Frappe makes a complaint of a mail


def begin(complaint: Document) -> None:
	"""First in `before_insert`: what Frappe makes of a mail becomes a complaint that came by mail.

	Raises frappe.DuplicateEntryError, on which Frappe looks for an existing one, where the mail begins no
	complaint; `file_message` says then where it belongs.
	"""
	if not (complaint.mailbox and complaint.flags.ignore_mandatory):
		return
	sender = plain(complaint.contact_email)
	if is_automatic(sender, complaint.subject) or _named(complaint.subject, sender):
		raise frappe.DuplicateEntryError(COMPLAINT, complaint.name)
	complaint.flags.by_service = True
	complaint.update(
		{
			"channel": CHANNEL,
			"subject": _subject(complaint.subject),
			"contact_email": outside_text.address(sender),
			"contact_name": _person(complaint.contact_name, sender),
		}
	)


# Frappe keeps the mail


def file_message(message: Document, method: str | None = None) -> None:
	"""`before_insert` of Communication: put a mail that was received to the complaint it belongs to."""
	if not _is_for_complaints(message):
		return
	sender = plain(message.sender)
	found = _complaint_of(message, sender)
	if is_automatic(sender, message.subject) or (found and sender in our_mailboxes()):
		message.communication_type = TRACE
		if _MACHINES.match(sender):
			found = found or _returned(message)
	elif found is None:
		found = _begun_by(message, sender)
	message.reference_doctype, message.reference_name = (COMPLAINT, found) if found else (None, None)
	message.reference_owner = None
	if not outside_text.address(sender):  # Frappe refuses the whole mail for it
		message.update({"sender_full_name": outside_text.one_line(message.sender), "sender": None})


def clean(message: Document, method: str | None = None) -> None:
	"""`validate` of Communication: what a mail brings asks nothing of other sites when it is looked at."""
	if (
		message.reference_doctype == COMPLAINT
		and message.sent_or_received == "Received"
		and message.communication_medium == "Email"
		and message.content
	):
		message.content = outside_text.kept_of_mail(message.content)


def note_returned(message: Document, method: str | None = None) -> None:
	"""`after_insert` of Communication: somebody looks where a mail about a complaint can't be delivered."""
	if (
		message.reference_doctype != COMPLAINT
		or message.sent_or_received != "Received"
		or message.communication_type != TRACE
		or not _MACHINES.match(plain(message.sender))
	):
		return
	give_task(
		frappe.get_doc(COMPLAINT, message.reference_name),
		lambda language: _(
			"A mail about complaint {0} could not be delivered. Check the address of the customer.", language
		),
	)


def judge_files(message: Document, method: str | None = None) -> None:
	"""`on_update` of Communication: files of a mail stay if their content is of a kind that we take."""
	if (
		message.reference_doctype != COMPLAINT
		or message.sent_or_received != "Received"
		or message.communication_medium != "Email"
		or not message.has_attachment
	):
		return
	files = getattr(message, "_attachments", None)  # Frappe keeps them there while it receives a mail
	if files is None:
		return
	refused = [] if files else [_("All are larger than this site takes.")]
	allowed = complaint_files.limits_of_mail()
	for place, file in enumerate(files):
		kept, reasons = complaint_files.accepted([Upload(file.file_name, _content(file))], place, allowed)
		if not kept:
			refused += reasons
			frappe.delete_doc("File", file.name, ignore_permissions=True, delete_permanently=True)
	if refused:
		text = _("Files of a mail were left out:")
		frappe.get_doc(COMPLAINT, message.reference_name).add_comment("Info", "<br>".join([text, *refused]))


def _content(file: Document) -> bytes:
	content = file.get_content()
	return content.encode() if isinstance(content, str) else content


def is_automatic(sender: str, subject: str | None) -> bool:
	"""Whether a machine wrote a mail, by the address it came from and how its subject begins."""
	return bool(_MACHINES.match(sender) or _BY_MACHINES.match(cstr(subject)))


def _is_for_complaints(message: Document) -> bool:
	if not message.flags.in_receive or message.sent_or_received != "Received" or not message.email_account:
		return False
	if message.reference_doctype == COMPLAINT:
		return True
	return not message.reference_doctype and _takes_complaints(message.email_account)


def _takes_complaints(account: str) -> bool:
	if frappe.db.get_value(MAILBOX, account, "append_to") == COMPLAINT:
		return True
	return bool(frappe.db.exists("IMAP Folder", {"parent": account, "append_to": COMPLAINT}))


# To which complaint


def _complaint_of(message: Document, sender: str) -> str | None:
	"""The complaint that a mail belongs to, if its sender may write to that one."""
	answered = _answered(message)
	if answered and (_takes_part(answered, sender) or _may_write_to(answered.reference_name, sender)):
		return answered.reference_name
	return _named(message.subject, sender) or _of_same_subject(message.subject, sender)


def _answered(message: Document) -> Any:
	"""The mail about a complaint that this one answers; Frappe found it by its id."""
	if not message.in_reply_to:
		return None
	fields = ["reference_doctype", "reference_name", "sender", "recipients", "cc"]
	answered = frappe.db.get_value(MESSAGE, message.in_reply_to, fields, as_dict=True)
	if not answered or answered.reference_doctype != COMPLAINT:
		return None
	return answered if frappe.db.exists(COMPLAINT, answered.reference_name) else None


def _takes_part(answered: Any, sender: str) -> bool:
	"""Whether somebody wrote or got a mail: a supplier whom we asked answers to the complaint."""
	people = [answered.sender, *split_emails(cstr(answered.recipients)), *split_emails(cstr(answered.cc))]
	return sender in {plain(person) for person in people} - {""}


def _named(subject: str | None, sender: str) -> str | None:
	"""The complaint whose number a subject names, if the sender may write to it."""
	for name in _numbers(subject):
		if _may_write_to(name, sender):
			return name
	return None


def _numbers(subject: str | None) -> list[str]:
	"""The numbers of complaints that a subject names, in its order."""
	names = list(dict.fromkeys(_NAME.findall(cstr(subject))))[:MOST_NAMES]
	known = set(frappe.get_all(COMPLAINT, filters={"name": ("in", names)}, pluck="name")) if names else set()
	return [name for name in names if name in known]


def _returned(message: Document) -> str | None:
	"""The complaint of our mail that comes back: its subject stands in the text, and names the number."""
	text = re.sub("<[^<>]*>", "\n", cstr(message.content or message.text_content)[:LONGEST_MAIL])
	for subject in _SUBJECTS.findall(html.unescape(text))[:MOST_NAMES]:
		try:
			subject = str(make_header(decode_header(subject)))
		except (LookupError, ValueError):  # in an unknown or broken encoding
			pass
		for name in _numbers(subject):
			return name
	return None


def _of_same_subject(subject: str | None, sender: str) -> str | None:
	"""The sender's complaint with the subject that a mail answers."""
	rest = _ANSWERS.sub("", cstr(subject))
	if rest == cstr(subject) or not rest.strip() or not sender:
		return None
	return frappe.db.get_value(
		COMPLAINT,
		{
			"contact_email": sender,
			"subject": outside_text.one_line(rest),
			"creation": (">", add_days(now_datetime(), -SAME_SUBJECT_FOR_DAYS)),
		},
		"name",
		order_by="creation desc",
	)


def _may_write_to(complaint: str, sender: str) -> bool:
	"""Whether mails of an address go to a complaint: of its customer's side and of our own people."""
	if not sender:
		return False
	document = frappe.get_doc(COMPLAINT, complaint)
	return sender in addresses_of(document) or sender in our_mailboxes() or _is_of_ours(sender)


def _is_of_ours(sender: str) -> bool:
	return bool(frappe.db.exists("User", {"email": sender, "enabled": 1, "user_type": "System User"}))


# A new complaint


def _begun_by(message: Document, sender: str) -> str:
	"""The complaint that a mail begins: the one that Frappe just made of it, or a new one."""
	if message.reference_doctype == COMPLAINT and _is_just_made(message.reference_name, sender):
		complaint = frappe.get_doc(COMPLAINT, message.reference_name, for_update=True)
		complaint.update(_values(message))
		recognise(complaint)
		complaint.flags.ignore_permissions = True
		return complaint.save().name
	complaint = frappe.new_doc(COMPLAINT)
	complaint.update({**_values(message), "contact_email": outside_text.address(sender)})
	recognise(complaint)
	values = {field: complaint.get(field) for field in ("customer", "contact", "contact_email")}
	if complaint.flags.language_given:
		values["language"] = complaint.language
	return complaints.create(
		{
			**values,
			**_values(message),
			"subject": _subject(message.subject),
			"mailbox": message.email_account,
			"contact_name": _person(message.sender_full_name, sender),
		},
		CHANNEL,
	).name


def _is_just_made(complaint: str, sender: str) -> bool:
	"""Whether a complaint has nothing but what Frappe entered: no text, and no mail yet."""
	row = frappe.db.get_value(COMPLAINT, complaint, ["channel", "description", "contact_email"], as_dict=True)
	if row.channel != CHANNEL or row.description or row.contact_email != outside_text.address(sender):
		return False
	return not frappe.db.exists(
		MESSAGE,
		{
			"reference_doctype": COMPLAINT,
			"reference_name": complaint,
			"communication_medium": "Email",
			"sent_or_received": "Received",
		},
	)


def _values(message: Document) -> dict[str, Any]:
	"""What a mail says of the complaint that it begins."""
	numbers = _numbers(message.subject)
	answered = _answered(message)
	if answered:
		numbers.insert(0, answered.reference_name)
	return {
		"description": _description(message),
		"claimed_reference": numbers[0] if numbers else None,
	}


def _description(message: Document) -> str | None:
	if message.content:
		shown = outside_text.of_mail(message.content[:LONGEST_MAIL])
		text = frappe.utils.strip_html(shown).strip()
		return shown if outside_text.no_formula(text) == text else f"<div>'</div>{shown}"
	return outside_text.as_html(message.text_content, LONGEST_MAIL) or None


def _person(name: str | None, sender: str) -> str | None:
	"""The name of a sender; where Frappe can't read it, it gives the address."""
	name = outside_text.one_line(name)
	return name if name and name.lower() != sender else None


def _subject(subject: str | None) -> str:
	return outside_text.one_line(subject) or _("Mail without a subject")
