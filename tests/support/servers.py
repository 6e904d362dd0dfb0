"""Real server processes of the bench under test: web server, socket server, background worker.

Everything listens on loopback. Used by the fixtures and by the screenshots, so nothing here needs pytest.
"""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

LOOPBACK = "127.0.0.1"


class Process:
	"""A server process in a session of its own, with its output in a file."""

	def __init__(self, command: list[str], log: Path, environment: dict[str, str], folder: Path):
		log.parent.mkdir(parents=True, exist_ok=True)
		self.log = log
		with log.open("ab") as output:
			self.popen = subprocess.Popen(
				command,
				cwd=folder,
				env=environment,
				stdin=subprocess.DEVNULL,
				stdout=output,
				stderr=subprocess.STDOUT,
				start_new_session=True,
			)

	@property
	def pid(self) -> int:
		"""The id of the process, which is the id of its process group too."""
		return self.popen.pid

	def running(self) -> bool:
		"""Return whether the process has not ended yet."""
		return self.popen.poll() is None

	def kill(self) -> None:
		"""kill -9 the process and its children, as a crash or the kernel's memory killer would."""
		with contextlib.suppress(ProcessLookupError):
			os.killpg(self.popen.pid, signal.SIGKILL)
		self.popen.wait(timeout=30)

	def stop(self) -> None:
		"""Ask the process group to end, and kill it if it doesn't within ten seconds."""
		if self.running():
			with contextlib.suppress(ProcessLookupError):
				os.killpg(self.popen.pid, signal.SIGTERM)
			with contextlib.suppress(subprocess.TimeoutExpired):
				self.popen.wait(timeout=10)
		self.kill()


def wait_for(happened: Callable[[], object], process: Process | None = None, seconds: float = 60) -> None:
	"""Wait until something is true; fails with the process's output if it doesn't come."""
	deadline = time.monotonic() + seconds
	while not happened():
		assert time.monotonic() < deadline, process and process.log.read_text()
		assert process is None or process.running() or happened(), process.log.read_text()
		time.sleep(0.1)


def finished(process: Process) -> None:
	"""Wait until a process has ended well; fails with its output if it hasn't."""
	wait_for(lambda: not process.running(), seconds=90)
	assert process.popen.returncode == 0, process.log.read_text()


class Bench:
	"""The bench that holds `sites_path`, for starting its servers for one site."""

	def __init__(self, sites_path: Path, site: str):
		self.sites_path = sites_path
		self.site = site
		self.root = Path(os.environ.get("FRAPPE_BENCH_ROOT") or sites_path.parent)
		self.logs = self.root / "logs"
		self.environment = {
			**os.environ,
			"FRAPPE_BENCH_ROOT": str(self.root),
			"DEV_SERVER": "1",  # without nginx in front, the Desk opens its socket on socketio_port
			"PYTHONUNBUFFERED": "1",
		}

	def python(self, code: str, log: Path) -> Process:
		"""Start a Python process connected to the site as Administrator that runs `code`; prints to `log`."""
		connect = (
			"import os, sys, time, frappe\n"
			"frappe.init(site=os.environ['PR_SITE'], sites_path=os.environ['PR_SITES_PATH'])\n"
			"frappe.connect()\n"
			"frappe.set_user('Administrator')\n"
		)
		environment = {**self.environment, "PR_SITE": self.site, "PR_SITES_PATH": str(self.sites_path)}
		return Process([sys.executable, "-c", connect + code], log, environment, self.sites_path)

	def worker(self) -> Process:
		"""Start a background worker for all queues."""
		command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "worker"]
		command += ["--queue", "short,default,long"]
		return Process(command, self.logs / "test-worker.log", self.environment, self.sites_path)

	def web(self) -> tuple[Process, str]:
		"""Start the web server on a free port; return it with the site's address once it answers."""
		with socket.socket() as probe:
			probe.bind((LOOPBACK, 0))
			port = probe.getsockname()[1]
		command = [sys.executable, "-m", "gunicorn", "-b", f"{LOOPBACK}:{port}", "--workers", "2"]
		command += ["--worker-class", "gthread", "--threads", "4", "--timeout", "120"]
		command += ["frappe.app:application_with_statics()"]
		process = Process(command, self.logs / "test-web.log", self.environment, self.sites_path)
		deadline = time.monotonic() + 60
		while not self._pings(port):
			if not process.running() or time.monotonic() > deadline:
				process.stop()
				raise RuntimeError(f"the web server did not come up:\n{process.log.read_text()[-3000:]}")
			time.sleep(0.3)
		# Browsers take every name below .localhost for this machine, as the standard has it.
		return process, f"http://{self.site}:{port}"

	def _pings(self, port: int) -> bool:
		connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
		try:
			connection.request("GET", "/api/method/ping", headers={"Host": f"{self.site}:{port}"})
			return connection.getresponse().status == 200
		except OSError:
			return False
		finally:
			connection.close()

	def socketio(self) -> Process | None:
		"""Start the socket server that carries progress to the Desk, or return None if the bench's port is
		taken (then a bench is being developed on, and its own server does it) or there is no node."""
		node = shutil.which("node")
		config = json.loads((self.sites_path / "common_site_config.json").read_text(encoding="utf-8"))
		port = config.get("socketio_port") or 9000
		with socket.socket() as probe:
			if not node or probe.connect_ex((LOOPBACK, port)) == 0:
				return None
		loopback = Path(__file__).with_name("loopback.js")
		command = [node, "-r", str(loopback), str(self.root / "apps/frappe/socketio.js")]
		process = Process(command, self.logs / "test-socketio.log", self.environment, self.root)
		deadline = time.monotonic() + 20
		while time.monotonic() < deadline and process.running():
			with socket.socket() as probe:
				if probe.connect_ex((LOOPBACK, port)) == 0:
					return process
			time.sleep(0.2)
		process.stop()
		raise RuntimeError(f"the socket server did not come up:\n{process.log.read_text()[-3000:]}")


def own_queue(sites_path: Path, site: str) -> str:
	"""The address of a Redis database for the jobs of one site, by its name.

	The sites of a bench share their queues: a test's worker would first have to do what others have left
	there. Frappe takes the address from the environment, in FRAPPE_REDIS_QUEUE.
	"""
	config = json.loads((sites_path / "common_site_config.json").read_text(encoding="utf-8"))
	address = urlsplit(config.get("redis_queue") or "redis://127.0.0.1:11000")
	number = 1 + crc32(site.encode()) % 15  # of the 16 that a Redis has unless it was told otherwise
	return urlunsplit(address._replace(path=f"/{number}"))


def find_chromium() -> str | None:
	"""Return the path of Chromium or Chrome: CHROMIUM if that is set, else the first that is installed."""
	names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
	return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


CHROMIUM_ARGUMENTS = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-dev-shm-usage",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--no-first-run",
	"--lang=en-US",
]
