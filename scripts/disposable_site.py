"""Run a command on a fresh ERPNext site with this checkout's app installed, and drop the site afterwards.

    python3 scripts/disposable_site.py [--assets] [--keep] -- COMMAND...

The developer's own bench stays as it is. What is made is a bench of links: `apps/frappe`, `apps/erpnext` and
`env` are the ones of the bench that was found, `apps/partner_relations` is this checkout, and `sites`,
`config`, `logs` and Redis are new. So the tests of a second checkout never see the code, the assets, the
queue or the sites of the first, and a killed run leaves nothing behind in the bench. Frappe knows such a
bench by FRAPPE_BENCH_ROOT.

The command runs in the `sites` folder with PR_SITE, PR_SITES_PATH, FRAPPE_BENCH_ROOT and PR_PYTHON set, and
its exit code is ours. The site as it is after ERPNext's installation and setup wizard is kept as a dump in
`.cache/` under the versions of Frappe and ERPNext; the app itself is always installed afresh.
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benches import CHECKOUT, BenchError, Services, find_bench, free_port, read_json, say

CACHE = CHECKOUT / ".cache"
ADMIN_PASSWORD = "admin"
KEPT = "kept"
# What of the developer's common_site_config says how to reach the database; the rest is ours.
DATABASE_KEYS = ("db_host", "db_port", "db_socket", "db_type", "rds_db")


def is_running(pid: int) -> bool:
	"""Return whether a process with this id exists, whoever's it is."""
	try:
		os.kill(pid, 0)
	except ProcessLookupError:
		return False
	except PermissionError:
		return True
	return True


class DisposableSite:
	"""A bench of links with one site. `prepare()` makes it, `run()` runs commands in it, `remove()` ends
	it."""

	def __init__(self, bench: Path):
		CACHE.mkdir(exist_ok=True)
		self.bench = bench
		self.config = read_json(bench / "sites/common_site_config.json")
		self.name = f"partner-relations-test-{os.getpid()}.localhost"
		self.root = Path(tempfile.mkdtemp(prefix="bench-", dir=CACHE))
		self.sites = self.root / "sites"
		self.python = str(bench / "env/bin/python")
		self.services = Services(self.root / "logs")
		self.temporary_admin: str | None = None
		self.made_site = False

	@property
	def environment(self) -> dict[str, str]:
		"""The environment of every command on this site."""
		inherited = {
			name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "VIRTUAL_ENV")
		}
		return {
			**inherited,
			"FRAPPE_BENCH_ROOT": str(self.root),
			"PR_SITE": self.name,
			"PR_SITES_PATH": str(self.sites),
			"PR_PYTHON": self.python,
			# Ahead of the app that may be installed in the bench's environment from another checkout.
			"PYTHONPATH": str(self.root / "apps/partner_relations"),
			"PATH": f"{self.bench / 'env/bin'}{os.pathsep}{os.environ['PATH']}",
			"LANG": "C.UTF-8",
			"LC_ALL": "C.UTF-8",
			"PYTHONUTF8": "1",
		}

	def prepare(self, assets: bool) -> None:
		"""Make the bench, start the services, make the site, install ERPNext and the app on it."""
		self.make_bench()
		self.services.mariadb(self.config)
		self.root_login, self.root_password = self.database_root()
		self.remove_abandoned()
		self.make_site()
		say("installing partner_relations")
		self.frappe("install-app", "partner_relations")
		if assets:
			self.build_assets()

	def make_bench(self) -> None:
		"""Make the folder of links, and its configuration."""
		for folder in ("apps", "sites/assets", "config/pids", "logs"):
			(self.root / folder).mkdir(parents=True, exist_ok=True)
		for app in ("frappe", "erpnext"):
			(self.root / "apps" / app).symlink_to((self.bench / "apps" / app).resolve())
		(self.root / "apps/partner_relations").symlink_to(CHECKOUT)
		(self.root / "env").symlink_to(self.bench / "env")
		(self.sites / "apps.txt").write_text("frappe\nerpnext\npartner_relations\n")
		if shutil.which("redis-server"):
			say("starting Redis")
			cache = self.services.redis("redis_cache", self.root / "config")
			queue = self.services.redis("redis_queue", self.root / "config")
		else:
			cache, queue = self.config.get("redis_cache"), self.config.get("redis_queue")
			if not (cache and queue):
				raise BenchError("no redis-server is installed and the bench's configuration names none")
		config = {key: self.config[key] for key in DATABASE_KEYS if key in self.config}
		config |= {
			"allow_tests": 1,
			"default_site": self.name,
			"redis_cache": cache,
			"redis_queue": queue,
			"redis_socketio": cache,
			"socketio_port": free_port(),
			"use_redis_auth": False,
			"background_workers": 1,
			"frappe_user": self.config.get("frappe_user", ""),
		}
		(self.sites / "common_site_config.json").write_text(json.dumps(config, indent=1))

	def database_root(self) -> tuple[str, str]:
		"""Return name and password of a database account that may create databases.

		DB_ROOT_PASSWORD, the bench's `root_password`, or, where neither is set, the server's socket: then an
		account of our own is made for this run and dropped with the site.
		"""
		login = os.environ.get("DB_ROOT_USER") or self.config.get("root_login") or "root"
		password = os.environ.get("DB_ROOT_PASSWORD") or self.config.get("root_password")
		if password:
			return login, password
		account, password = f"pr_test_{os.getpid()}", secrets.token_hex(16)
		grants = ""
		for host in ("localhost", "127.0.0.1"):
			grants += f"CREATE USER '{account}'@'{host}' IDENTIFIED BY '{password}';"
			grants += f"GRANT ALL PRIVILEGES ON *.* TO '{account}'@'{host}' WITH GRANT OPTION;"
		if not self.by_socket(grants):
			raise BenchError(
				"no way into MariaDB as root: set DB_ROOT_PASSWORD, or root_password in the bench's"
				" common_site_config.json, or let this user in by the server's socket"
			)
		self.temporary_admin = account
		return account, password

	def remove_abandoned(self) -> None:
		"""Remove what runs that were killed (kill -9, power) have left: their sites, Redis and folders."""
		for old in CACHE.glob("bench-*"):
			site = next(old.glob("sites/partner-relations-test-*.localhost"), None)
			made_by = re.search(r"test-(\d+)", site.name) if site else None
			if not made_by or (old / KEPT).exists() or is_running(int(made_by[1])):
				continue
			say(f"removing {site.name}, left by a run that was killed")
			# Each works in the bench; some, as Redis does, write another command line over their own.
			for process in Path("/proc").glob("[0-9]*"):
				with contextlib.suppress(OSError):
					if old in (process / "cwd").readlink().parents:
						os.kill(int(process.name), signal.SIGTERM)
			name = read_json(site / "site_config.json").get("db_name")
			if name and self.as_root(
				f"DROP DATABASE IF EXISTS `{name}`; DROP USER IF EXISTS `{name}`@localhost;"
			):
				shutil.rmtree(old, ignore_errors=True)

	def as_root(self, statements: str) -> bool:
		"""Run SQL as the root account that makes sites; return whether that worked."""
		client = shutil.which("mariadb") or shutil.which("mysql")
		if not client:
			return False
		command = [client, f"--user={self.root_login}", *self.server_arguments()]
		environment = {**os.environ, "MYSQL_PWD": self.root_password}
		return subprocess.run(command, input=statements, text=True, env=environment).returncode == 0

	def server_arguments(self) -> list[str]:
		"""Where the database server is, as arguments of MariaDB's programs."""
		arguments = [f"--host={self.config.get('db_host') or 'localhost'}"]
		arguments += [f"--port={self.config['db_port']}"] if self.config.get("db_port") else []
		return arguments + ([f"--socket={self.config['db_socket']}"] if self.config.get("db_socket") else [])

	def by_socket(self, statements: str) -> bool:
		"""Run SQL as root by the server's socket; return whether that worked."""
		client = shutil.which("mariadb") or shutil.which("mysql")
		if not client:
			return False
		prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
		done = subprocess.run(
			[*prefix, client, "-u", "root"], input=statements, text=True, capture_output=True
		)
		return done.returncode == 0

	def make_site(self) -> None:
		"""Make the site with ERPNext and a company: from the cached dump if there is one, else step by
		step."""
		dump = CACHE / f"erpnext-{self.versions_key()}.sql"
		command = ["new-site", self.name, "--admin-password", ADMIN_PASSWORD, *self.root_arguments()]
		self.made_site = True
		if dump.exists():
			say(f"making site {self.name} from .cache/{dump.name}")
			self.frappe(*command, "--source-sql", str(dump), site=False)
			return
		say(f"making site {self.name}")
		self.frappe(*command, site=False)
		say("installing ERPNext")
		self.frappe("install-app", "erpnext")
		say("running ERPNext's setup wizard")
		self.run([self.python, str(CHECKOUT / "tests/support/erpnext_setup.py")], quiet=True)
		self.dump_database(dump)

	def root_arguments(self) -> list[str]:
		"""The database root account as arguments of Frappe's commands."""
		return ["--db-root-username", self.root_login, "--db-root-password", self.root_password]

	def versions_key(self) -> str:
		"""What the cached dump depends on: both versions, and the setup that was run."""
		key = []
		for app in ("frappe", "erpnext"):
			text = (self.bench / "apps" / app / app / "__init__.py").read_text(encoding="utf-8")
			version = re.search(r'^__version__ = "(.+)"', text, re.MULTILINE)
			key.append(version[1] if version else "unknown")
		setup = (CHECKOUT / "tests/support/erpnext_setup.py").read_bytes()
		return "-".join([*key, hashlib.sha256(setup).hexdigest()[:8]])

	def dump_database(self, dump: Path) -> None:
		"""Keep the database of the site as `dump`; without a dump program there is simply no cache."""
		program = shutil.which("mariadb-dump") or shutil.which("mysqldump")
		if not program:
			return
		site = read_json(self.sites / self.name / "site_config.json")
		command = [program, "--single-transaction", "--quick", "--skip-lock-tables", *self.server_arguments()]
		part = dump.with_suffix(f".{os.getpid()}")
		with part.open("wb") as output:
			done = subprocess.run(
				[*command, f"--user={site['db_name']}", site["db_name"]],
				stdout=output,
				env={**os.environ, "MYSQL_PWD": site["db_password"]},
			)
		if done.returncode == 0:
			part.replace(dump)
		else:
			part.unlink()

	def build_assets(self) -> None:
		"""Build this app's assets; those of Frappe and ERPNext are taken from the bench if it has them.

		Built into a copy of `public`: `bench build` writes into the checkout itself and removes what it wrote
		before, so a build or `bench watch` beside us would take the files away from under the browser.
		"""
		built, assets = self.bench / "sites/assets", self.sites / "assets"
		if not (built / "assets.json").exists():
			say("building the assets of Frappe and ERPNext, the bench has none (this takes a minute)")
			self.frappe("build", "--apps", "frappe,erpnext", site=False)
		else:
			for name in ("assets.json", "assets-rtl.json"):
				if (built / name).exists():
					shutil.copy(built / name, assets / name)
			if (built / "locale").is_dir():
				shutil.copytree(built / "locale", assets / "locale", dirs_exist_ok=True)
			for app in ("frappe", "erpnext"):
				(assets / app).symlink_to((self.bench / "apps" / app / app / "public").resolve())
		say("building assets")
		ours = assets / "partner_relations"
		if ours.is_symlink():
			ours.unlink()
		shutil.copytree(CHECKOUT / "partner_relations/public", ours, ignore=shutil.ignore_patterns("dist"))
		esbuild = str(self.root / "apps/frappe/esbuild")
		self.run(["node", esbuild, "--production", "--apps", "partner_relations"], quiet=True)

	def frappe(self, *arguments: str, site: bool = True) -> None:
		"""Run a Frappe command (what `bench` would pass on) quietly; BenchError with its output if it
		fails."""
		command = [self.python, "-m", "frappe.utils.bench_helper", "frappe"]
		command += ["--site", self.name] if site else []
		self.run([*command, *arguments], quiet=True)

	def run(self, command: list[str], quiet: bool = False) -> int:
		"""Run a command in the sites folder; its exit code, or with `quiet` a BenchError unless it is 0."""
		if not quiet:
			return subprocess.run(
				command, cwd=self.sites, env=self.environment, stdin=subprocess.DEVNULL
			).returncode
		done = subprocess.run(
			command,
			cwd=self.sites,
			env=self.environment,
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
			errors="replace",
		)
		if done.returncode:
			shown = " ".join(
				"***" if part == getattr(self, "root_password", None) else part for part in command
			)
			raise BenchError(f"{done.stdout}\nfailed ({done.returncode}): {shown}")
		return 0

	def remove(self) -> None:
		"""Drop the site, stop what was started, remove the bench of links."""
		if self.made_site:
			say(f"dropping site {self.name}")
			try:
				self.frappe(
					"drop-site", self.name, "--force", "--no-backup", *self.root_arguments(), site=False
				)
			except (BenchError, OSError) as problem:
				print(f"The site could not be dropped:\n{problem}", file=sys.stderr)
		if self.temporary_admin:
			account = self.temporary_admin
			self.by_socket(f"DROP USER IF EXISTS '{account}'@'localhost', '{account}'@'127.0.0.1';")
		self.services.stop()
		shutil.rmtree(self.root, ignore_errors=True)


@contextlib.contextmanager
def disposable_site(assets: bool = False, keep: bool = False) -> Iterator[DisposableSite]:
	"""A fresh site with the app, dropped at the end, also when we are interrupted or terminated."""
	bench = find_bench()
	if not bench:
		raise BenchError("no bench with ERPNext found: set FRAPPE_BENCH_ROOT, or make one by `make site`")
	say(f"bench {bench}")
	made = DisposableSite(bench)
	try:
		made.prepare(assets)
		yield made
	finally:
		if keep:
			(made.root / KEPT).touch()
			say(f"kept: {made.root} with {made.name}, Administrator / {ADMIN_PASSWORD}, and its Redis")
		else:
			made.remove()


def main() -> int:
	"""Parse the arguments and run the command; its exit code, or 3 if there is no site to run it on."""
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--assets", action="store_true", help="build the app's assets too, for a browser")
	parser.add_argument("--keep", action="store_true", help="leave site and services as they are at the end")
	parser.add_argument(
		"command",
		nargs="+",
		help="what to run, in the sites folder; {python} is the bench's Python, {site} the site",
	)
	arguments = parser.parse_args()
	# A terminated run drops its site as an interrupted one does.
	for number in (signal.SIGTERM, signal.SIGHUP):
		signal.signal(number, lambda received, frame: sys.exit(128 + received))
	try:
		with disposable_site(arguments.assets, arguments.keep) as site:
			words = {"{python}": site.python, "{site}": site.name}
			return site.run([words.get(part, part) for part in arguments.command])
	except BenchError as problem:
		print(problem, file=sys.stderr)
		return 3


if __name__ == "__main__":
	sys.exit(main())
