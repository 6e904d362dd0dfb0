"""Find a bench, and start what it needs: MariaDB and Redis. Standard library only, any Python from 3.10.

Run as a script it prints the bench that `make test` would use, or nothing.
"""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"


def say(text: str) -> None:
	"""One line on what is being done, on stderr so that the output of commands stays clean."""
	print(f"-- {text}", file=sys.stderr, flush=True)


class BenchError(Exception):
	"""Something is missing; the message says what and how to mend it."""


def find_bench() -> Path | None:
	"""Return the bench to test on, or None: FRAPPE_BENCH_ROOT, the bench that holds this checkout, or
	`~/frappe-bench`, whichever comes first and has ERPNext.

	Raises BenchError if FRAPPE_BENCH_ROOT is set and is not a bench with ERPNext: then a silent fallback
	would test on a bench that nobody asked for.
	"""
	named = os.environ.get("FRAPPE_BENCH_ROOT")
	if named:
		bench = Path(named).expanduser().absolute()
		if problem := bench_problem(bench):
			raise BenchError(f"FRAPPE_BENCH_ROOT={named}: {problem}")
		return bench
	# By the path we were called by, too: a checkout linked into a bench has its own parents.
	as_called = Path(os.environ.get("PWD", os.getcwd()))
	for bench in (as_called.parent.parent, CHECKOUT.parent.parent, Path("~/frappe-bench").expanduser()):
		if not bench_problem(bench):
			return bench.absolute()
	return None


def bench_problem(bench: Path) -> str | None:
	"""Return what makes `bench` no bench with ERPNext, or None if it is one."""
	for part in ("sites/apps.txt", "apps/frappe", "env/bin/python"):
		if not (bench / part).exists():
			return f"not a bench, it has no {part}"
	if not (bench / "apps/erpnext").exists():
		return "a bench without ERPNext (apps/erpnext)"
	return None


def free_port() -> int:
	"""Return a TCP port that is free on loopback just now."""
	with socket.socket() as probe:
		probe.bind((LOOPBACK, 0))
		return probe.getsockname()[1]


def answers(host: str, port: int) -> bool:
	"""Return whether something accepts connections on host:port."""
	try:
		with socket.create_connection((host, port), timeout=2):
			return True
	except OSError:
		return False


def wait_until(condition, seconds: float, what: str, process: subprocess.Popen | None = None) -> None:
	"""Poll until `condition()` holds; BenchError after `seconds`, or as soon as `process` has ended."""
	deadline = time.monotonic() + seconds
	while not condition():
		if process and process.poll() is not None:
			raise BenchError(f"{what} ended at once with code {process.returncode}")
		if time.monotonic() > deadline:
			raise BenchError(f"{what} did not come up within {seconds:.0f} s")
		time.sleep(0.2)


class Services:
	"""Starts daemons on loopback, each in a session of its own and with closed descriptors (a caller that
	waits for the end of our output must not wait for a daemon), and stops what it started, last first."""

	def __init__(self, logs: Path):
		self.logs = logs
		self.started: list[subprocess.Popen] = []

	def start(self, name: str, command: list[str], **options) -> subprocess.Popen:
		"""Start a daemon with its output in `logs/<name>.log`."""
		self.logs.mkdir(parents=True, exist_ok=True)
		with (self.logs / f"{name}.log").open("ab") as log:
			process = subprocess.Popen(
				command,
				stdin=subprocess.DEVNULL,
				stdout=log,
				stderr=log,
				start_new_session=True,
				close_fds=True,
				**options,
			)
		self.started.append(process)
		return process

	def stop(self) -> None:
		"""Stop every daemon that was started here, and wait for its end."""
		while self.started:
			process = self.started.pop()
			if process.poll() is None:
				process.send_signal(signal.SIGTERM)
				with contextlib.suppress(subprocess.TimeoutExpired):
					process.wait(timeout=60)
			if process.poll() is None:
				process.kill()
				process.wait()

	def redis(self, name: str, folder: Path) -> str:
		"""Start a Redis of our own on a free port, without persistence, and return its URL."""
		port = free_port()
		command = [
			"redis-server",
			"--bind",
			LOOPBACK,
			"--port",
			str(port),
			"--save",
			"",
			"--appendonly",
			"no",
		]
		process = self.start(name, [*command, "--dir", str(folder)])
		wait_until(lambda: answers(LOOPBACK, port), 20, f"{name} (Redis)", process)
		return f"redis://{LOOPBACK}:{port}"

	def mariadb(self, config: dict) -> None:
		"""Make sure that the database server of the bench answers; start it if it is this machine's and down.

		`config` is the bench's common_site_config. The server keeps the settings of the distribution's
		package, only it listens on loopback alone.
		"""
		host = config.get("db_host") or "localhost"
		port = int(config.get("db_port") or 3306)
		if config.get("db_socket"):
			up = Path(config["db_socket"]).is_socket
		else:
			# Frappe takes "localhost" for TCP as well as for the socket; the server offers both.
			address = LOOPBACK if host == "localhost" else host

			def up() -> bool:
				return answers(address, port)

		if up():
			return
		if host not in ("localhost", "127.0.0.1", "::1"):
			raise BenchError(
				f"MariaDB on {host}:{port} does not answer, and it is not this machine's to start"
			)
		server = (
			shutil.which("mariadbd") or shutil.which("mysqld") or shutil.which("mariadbd", path="/usr/sbin")
		)
		if not server:
			raise BenchError(
				f"MariaDB does not answer on {host}:{port} and no server is installed (mariadb-server)"
			)
		say("starting MariaDB")
		if os.geteuid() != 0:
			subprocess.run(
				["sudo", "-n", "service", "mariadb", "start"], check=False, stdin=subprocess.DEVNULL
			)
			process = None
		else:
			account = pwd.getpwnam("mysql")
			run = Path("/run/mysqld")
			run.mkdir(exist_ok=True)
			os.chown(run, account.pw_uid, account.pw_gid)
			command = [server, "--user=mysql", f"--bind-address={LOOPBACK}", f"--port={port}"]
			process = self.start("mariadb", command)
		wait_until(up, 60, "MariaDB", process)


def read_json(path: Path) -> dict:
	"""Return the object in a JSON file, empty if there is no file."""
	return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


if __name__ == "__main__":
	try:
		print(find_bench() or "")
	except BenchError as problem:
		sys.exit(f"{problem}")
