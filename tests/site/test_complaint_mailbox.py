"""A mailbox that is read over the network: Frappe's job, a POP server, and a complaint at the end."""

import socketserver
import threading
from collections.abc import Iterator

import frappe
import pytest
from customer_side_factories import mail_file, make_mailbox
from frappe.email.doctype.email_account.email_account import pull_from_email_account
from frappe.utils.password import set_encrypted_password

from partner_relations.customer_care.complaint_mails import TRACE
from partner_relations.customer_care.complaint_steps import COMPLAINT


class Mailbox(socketserver.ThreadingTCPServer):
	"""A POP3 server (RFC 1939) with one mailbox, for as much as a client asks that fetches and deletes."""

	allow_reuse_address = True
	daemon_threads = True

	def __init__(self, mails: list[bytes]):
		super().__init__(("127.0.0.1", 0), Session)
		self.mails: list[bytes | None] = list(mails)


class Session(socketserver.StreamRequestHandler):
	"""One client's session."""

	def handle(self) -> None:
		mails = self.server.mails
		self._say(b"+OK")
		for line in self.rfile:
			command, _blank, argument = line.decode().strip().partition(" ")
			match command.upper():
				case "LIST":
					rows = [f"{n} {len(m)}".encode() for n, m in enumerate(mails, 1) if m]
					self._say(b"+OK", *rows, b".")
				case "RETR":
					lines = mails[int(argument) - 1].split(b"\n")
					self._say(b"+OK", *(b"." + one if one[:1] == b"." else one for one in lines), b".")
				case "DELE":
					mails[int(argument) - 1] = None
					self._say(b"+OK")
				case "QUIT":
					self._say(b"+OK")
					return
				case _:  # USER and PASS: whoever comes is let in
					self._say(b"+OK")

	def _say(self, *lines: bytes) -> None:
		self.wfile.write(b"\r\n".join(lines) + b"\r\n")


@pytest.fixture
def serve() -> Iterator:
	servers = []

	def start(*mails: bytes) -> Mailbox:
		servers.append(Mailbox(list(mails)))
		threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
		return servers[-1]

	yield start
	for server in servers:
		server.shutdown()
		server.server_close()


@pytest.mark.commits
def test_a_mailbox_is_read(serve):
	sender = f"{frappe.generate_hash(length=10)}@customer.example"
	key = frappe.generate_hash(length=10)
	mine = {"from": f"Ann <{sender}>"}
	server = serve(
		mail_file("mail.eml", **mine, subject="Torn sacks", text="Ten of them.", id=f"{key}-1"),
		mail_file("mail.eml", **mine, subject="Automatic reply: hello", text="Absent.", id=f"{key}-2"),
		mail_file("mail.eml", **mine, subject="Re: Torn sacks", text=".hidden\n.\nEleven.", id=f"{key}-3"),
		mail_file("mail.eml", **mine, subject="Torn sacks", text="Other ones.", id=f"{key}-4"),
	)
	account = make_mailbox(
		f"{key}@test-co.example",
		email_server="127.0.0.1",
		incoming_port=str(server.server_address[1]),
		use_ssl=0,
		password="*",
		awaiting_password=0,
		enable_outgoing=0,
	)
	set_encrypted_password("Email Account", account.name, "secret")
	frappe.db.commit()
	try:
		pull_from_email_account(account.name)
		frappe.db.rollback()
		assert server.mails == [None] * 4
		complaints = frappe.get_all(
			COMPLAINT,
			filters={"contact_email": sender},
			fields=["name", "subject", "mailbox"],
			order_by="name",
		)
		assert [(row.subject, row.mailbox) for row in complaints] == [("Torn sacks", account.name)] * 2
		messages = frappe.get_all(
			"Communication",
			filters={"sender": sender},
			fields=["reference_name", "communication_type", "content"],
			order_by="creation",
		)
		first, second = (row.name for row in complaints)
		assert [row.reference_name for row in messages] == [first, None, first, second]
		assert messages[1].communication_type == TRACE and "Eleven." in messages[2].content
	finally:
		frappe.db.rollback()
		names = frappe.get_all(COMPLAINT, filters={"contact_email": sender}, pluck="name")
		for doctype, filters in (
			("ToDo", {"reference_name": ("in", names)}),
			("Comment", {"reference_name": ("in", names)}),
			("Customer Complaint Step", {"parent": ("in", names)}),
			(COMPLAINT, {"name": ("in", names)}),
			("Communication", {"sender": sender}),
			("Email Account", {"name": account.name}),
		):
			frappe.db.delete(doctype, filters)
		frappe.db.commit()
