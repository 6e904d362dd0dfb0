"""Files that customers send with a complaint: photos, mostly. What they are is read from their content.

The settings say which kinds, how large, and how many. A file is stored private and under a name that ends as
its content says, so that no browser takes a photo for a page.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import filetype
import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, cstr, escape_html
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from partner_relations.customer_care.complaint_steps import COMPLAINT, SETTINGS
from partner_relations.customer_care.outside_text import one_line

MEGABYTE = 1024 * 1024
ACTIVE = {"/JS", "/JavaScript", "/Launch"}
"""Names in a PDF by which it runs something."""
SAME = {"jpeg": "jpg", "jpe": "jpg", "tiff": "tif"}

MAILED = ("jpg", "png", "gif", "webp", "heic", "bmp", "tif", "pdf", "docx", "xlsx", "pptx", "mp4", "mov")
"""What people attach to mails besides: documents of offices without macros, films, pictures of signatures."""

MOST_OF_MAIL = 30
"""Files of one mail: photos that are sent with it, and the pictures of its signature."""


@dataclass(frozen=True)
class Upload:
	"""A file as it came: the name is what its sender says."""

	name: str
	content: bytes


@dataclass(frozen=True)
class Limits:
	"""What the settings allow: kinds by extension, bytes of one file, number of files."""

	kinds: tuple[str, ...]
	size: int
	count: int


def limits() -> Limits:
	"""The limits of the settings."""
	settings = frappe.get_cached_doc(SETTINGS)
	kinds = (part.strip(" .").lower() for part in re.split(r"[,;\s]+", settings.attachment_kinds or ""))
	return Limits(
		tuple(dict.fromkeys(SAME.get(kind, kind) for kind in kinds if kind)),
		cint(settings.attachment_size) * MEGABYTE,
		cint(settings.attachment_count),
	)


def limits_of_mail() -> Limits:
	"""The limits of a mail: its files were chosen before anybody could say which kinds we take."""
	usual = limits()
	return Limits(tuple(dict.fromkeys((*usual.kinds, *MAILED))), usual.size, MOST_OF_MAIL)


def accepted(
	uploads: Iterable[Upload], already: int = 0, allowed: Limits | None = None
) -> tuple[list[Upload], list[str]]:
	"""The files that may stay, under safe names, and a sentence for each that may not.

	`already` are the files that are there before these; `allowed` are other limits than those of forms.
	"""
	allowed = allowed or limits()
	kept: list[Upload] = []
	refused: list[str] = []
	for upload in uploads:
		shown = escape_html(one_line(upload.name, 80) or _("Unnamed file"))
		kind = kind_of(upload.content)
		if already + len(kept) >= allowed.count:
			refused.append(_("{0} is left out: there may be {1} files.").format(shown, allowed.count))
		elif len(upload.content) > allowed.size:
			refused.append(
				_("{0} is too large: a file may have {1} MB.").format(shown, allowed.size // MEGABYTE)
			)
		elif kind not in allowed.kinds or (kind == "pdf" and _runs_scripts(upload.content)):
			refused.append(
				_("{0} can't be taken: it has to be one of {1}.").format(shown, ", ".join(allowed.kinds))
			)
		else:
			kept.append(Upload(_safe_name(upload.name, kind), upload.content))
	return kept, refused


def check(uploads: Iterable[Upload], already: int = 0) -> list[Upload]:
	"""The files under safe names; frappe.ValidationError with sentences if one of them may not stay."""
	kept, refused = accepted(uploads, already)
	if refused:
		frappe.throw("<br>".join(refused), title=_("Files That Can't Be Taken"))
	return kept


def kind_of(content: bytes) -> str | None:
	"""What a file is, by its content: an extension, or None if that can't be told."""
	found = filetype.guess(content[:8192]) if content else None
	return found and SAME.get(found.extension, found.extension)


def attach(document: Document, uploads: Sequence[Upload]) -> list[Document]:
	"""Attach files that `check` or `accepted` gave to a document, private. Permissions aren't asked."""
	return [
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": upload.name,
				"attached_to_doctype": document.doctype,
				"attached_to_name": document.name,
				"is_private": 1,
				"content": upload.content,
			}
		).insert(ignore_permissions=True)
		for upload in uploads
	]


def uploaded() -> list[Upload]:
	"""The files of the request, of which no more is read than is needed to refuse one that is too large."""
	files = frappe.request.files.getlist("files") if frappe.request and frappe.request.files else []
	most = limits().size + 1
	return [Upload(cstr(file.filename), file.stream.read(most)) for file in files if file.filename]


def from_customer(complaint: str, owners: Iterable[str]) -> list[Document]:
	"""The files at a complaint that the customer sent: those of `owners` (users) and of the web form."""
	return frappe.get_all(
		"File",
		filters={
			"attached_to_doctype": COMPLAINT,
			"attached_to_name": complaint,
			"owner": ("in", [*owners, "Guest"]),
		},
		fields=["name", "file_name", "file_url", "creation"],
		order_by="creation",
	)


def _runs_scripts(content: bytes) -> bool:
	"""Whether a PDF has scripts or starts programs, anywhere in its objects (Frappe asks the first only)."""
	try:
		reader = PdfReader(BytesIO(content))
		numbers = {number for objects in reader.xref.values() for number in objects} | set(reader.xref_objStm)
		return any(_is_active(reader.get_object(number)) for number in numbers)
	except Exception:  # what the library can't read isn't shown to people either
		return True


def _is_active(part: Any) -> bool:
	"""Whether an object of a PDF names an action of these, other objects that it refers to left out."""
	if isinstance(part, dict):
		return bool(ACTIVE & set(part)) or any(
			_is_active(value) for key, value in part.items() if not isinstance(value, IndirectObject)
		)
	if isinstance(part, list):
		return any(_is_active(value) for value in part if not isinstance(value, IndirectObject))
	return isinstance(part, str) and part in ACTIVE


def _safe_name(name: str, kind: str) -> str:
	"""The name that it had, without folders and its extension, which is that of its kind."""
	stem = re.split(r"[/\\]", cstr(name))[-1].rsplit(".", 1)[0]
	stem = re.sub(r"[^\w .()-]", "_", one_line(stem, 80)).strip(" ._-") or "file"
	return f"{stem}.{kind}"
