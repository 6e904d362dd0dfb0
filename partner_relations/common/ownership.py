"""One background worker per piece of work, also after a kill.

A worker owns a document while it keeps the document's `heartbeat` fresh. Taking over happens under a row
lock. RQ's own deduplication is no help here: after a kill it keeps the job id taken and swallows the restart.
"""

import os
import socket
from datetime import timedelta

import frappe
from frappe.utils import get_datetime, now_datetime

STALE_AFTER = timedelta(seconds=120)


def worker_id() -> str:
	"""This process, as others can check it: host, process id, and the moment the process started."""
	pid = os.getpid()
	return f"{socket.gethostname()}|{pid}|{_started_at(pid)}"


def is_alive(worker: str | None, heartbeat) -> bool:
	"""Whether the worker that last held a document still works on it.

	On the same host the process itself is asked; elsewhere a fresh heartbeat counts.
	"""
	if not worker or not heartbeat:
		return False
	host, _separator, process = worker.partition("|")
	if host == socket.gethostname():
		pid, _separator, started_at = process.partition("|")
		if _started_at(int(pid)) != started_at:
			return False
	return get_datetime(heartbeat) > now_datetime() - STALE_AFTER


def beat(doctype: str, name: str, **values) -> None:
	"""Say that the work goes on; `values` are written with it. Commits, for others must see it."""
	frappe.db.set_value(doctype, name, {"heartbeat": now_datetime(), **values}, update_modified=False)
	frappe.db.commit()  # nosemgrep: a heartbeat that waits for the end of the work is none


def _started_at(pid: int) -> str:
	"""When the process was started, in clock ticks since boot; empty if there is no such process."""
	try:
		with open(f"/proc/{pid}/stat") as stat:
			return stat.read().rpartition(")")[2].split()[19]
	except OSError:
		pass
	try:  # no /proc (macOS): the process id alone
		os.kill(pid, 0)
	except OSError:
		return ""
	return "running"
