"""Links by which a customer answers without a login: signed, expiring, and good for one answer.

A link names the complaint, what it is for, a nonce and when it ends, and is signed with a key of the site.
The nonce is kept with the complaint: a newer link takes the place of an older one, and the answer takes the
nonce away. Whoever checks that holds the complaint's row, so of two answers at once the second finds it gone.

Looking at a link changes nothing: machines that read mail before people do open every link in it.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, get_url, now_datetime
from frappe.utils.password import get_encryption_key

from partner_relations.customer_care.complaint_steps import COMPLAINT, SETTINGS

ROUTE = "complaint-answer"
ANSWER, SATISFACTION = "answer", "satisfaction"
"""What a link is for: to confirm or reopen, or to say how satisfied the customer is."""

PURPOSES = (ANSWER, SATISFACTION)
LONGEST_TOKEN = 1000


@dataclass(frozen=True)
class Claim:
	"""What the token of a link says; only of one whose signature is ours and that hasn't expired."""

	complaint: str
	purpose: str
	nonce: str


def make_token(complaint: Document, purpose: str) -> str:
	"""A new token for a complaint, which takes the place of the one before.

	It is good for the days that the settings say (one at least).
	"""
	days = max(1, cint(frappe.get_cached_doc(SETTINGS).link_days))
	expires = now_datetime().replace(microsecond=0) + timedelta(days=days)
	nonce = secrets.token_urlsafe(24)
	complaint.db_set({"answer_key": nonce, "answer_key_expires": expires}, update_modified=False)
	content = json.dumps([complaint.name, purpose, nonce, expires.isoformat(" ")]).encode()
	return f"{_encoded(content)}.{_encoded(_signature(content))}"


def make_link(complaint: Document, purpose: str) -> str:
	"""The address of the page with a new token: see `make_token`."""
	return get_url(f"/{ROUTE}?token={make_token(complaint, purpose)}")


def read(token: str | None) -> Claim | None:
	"""What a token says; None unless we signed it and it hasn't expired. Whether it was used is not asked."""
	if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN or token.count(".") != 1:
		return None
	try:
		content, signature = (_decoded(part) for part in token.split("."))
	except (binascii.Error, ValueError):
		return None
	if not hmac.compare_digest(signature, _signature(content)):
		return None
	complaint, purpose, nonce, expires = json.loads(content)
	if purpose not in PURPOSES or get_datetime(expires) < now_datetime():
		return None
	return Claim(complaint, purpose, nonce)


def complaint_of(claim: Claim | None, for_update: bool = False) -> Document | None:
	"""The complaint that a claim is good for; None if it was used, replaced or withdrawn.

	`for_update`: nobody else answers until the transaction ends.
	"""
	if claim is None or not frappe.db.exists(COMPLAINT, claim.complaint):
		return None
	complaint = frappe.get_doc(COMPLAINT, claim.complaint, for_update=for_update)
	kept, until = complaint.answer_key or "", complaint.answer_key_expires
	if not hmac.compare_digest(kept.encode(), claim.nonce.encode()) or not kept:
		return None
	return complaint if until and get_datetime(until) >= now_datetime() else None


def use_up(complaint: Document) -> None:
	"""The link was used: it is good for nothing from now on."""
	complaint.db_set({"answer_key": None, "answer_key_expires": None}, update_modified=False)


def _signature(content: bytes) -> bytes:
	"""By a key that is derived from the site's secret for these links alone (RFC 2104)."""
	key = hmac.new(get_encryption_key().encode(), b"partner_relations/complaint-answer", hashlib.sha256)
	return hmac.new(key.digest(), content, hashlib.sha256).digest()


def _encoded(content: bytes) -> str:
	return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
	"""Strictly: no second spelling of a token is good too."""
	content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
	if _encoded(content) != text:
		raise ValueError("not the canonical spelling")
	return content
