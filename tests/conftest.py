"""Fixtures for the tests that need a real site: `tests/site/` and `tests/ui/`. `tests/unit/` uses none of
them.

The site is named by the environment: PR_SITE, and PR_SITES_PATH for the bench's `sites` folder (`make test`
makes a disposable site and sets both; `make test-site` uses a site you already have).
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
# So that tests can import what they share: tests/support (this folder is not a package of the app).
sys.path.insert(0, str(CHECKOUT / "tests"))

from support.jobs import forget_jobs  # noqa: E402
from support.servers import Bench, Process, own_queue  # noqa: E402


@pytest.fixture(scope="session")
def checkout() -> Path:
	"""The root of this checkout."""
	return CHECKOUT


@pytest.fixture(scope="session")
def scms_file() -> Path:
	"""The real deliveries of DESIGN §7, if they are beside the checkout; else the test is skipped and says
	so."""
	path = CHECKOUT.parent / "shared" / "data" / "scms_delivery_history.csv"
	if not path.exists():
		pytest.skip("needs ../shared/data/scms_delivery_history.csv beside the checkout")
	return path


@pytest.fixture(scope="session")
def sites_path() -> Path:
	"""The `sites` folder of the bench under test, which is the working directory of every site test too."""
	path = os.environ.get("PR_SITES_PATH")
	if not path or not os.environ.get("PR_SITE"):
		pytest.exit(
			"No site to test on: run `make test`, which makes one, or `PR_SITE=my.localhost make test-site`.",
			returncode=4,
		)
	return Path(path)


@pytest.fixture(scope="session")
def site(sites_path: Path) -> Iterator[str]:
	"""Connect to the site as Administrator for the whole session; yields the site's name.

	ERPNext's setup wizard has run (company "Test Co", see support/erpnext_setup.py) and the app is installed.
	"""
	# Frappe finds logs, locks and the files of a site relative to the working directory.
	os.chdir(sites_path)
	import frappe

	name = os.environ["PR_SITE"]
	os.environ.setdefault("FRAPPE_REDIS_QUEUE", own_queue(sites_path, name))
	frappe.init(site=name, sites_path=str(sites_path))
	frappe.connect()
	frappe.set_user("Administrator")
	if "partner_relations" not in frappe.get_installed_apps():
		pytest.exit(
			f"The app is not installed on {name}: bench --site {name} install-app partner_relations", 4
		)

	from support.erpnext_setup import ensure_company

	ensure_company()
	yield name
	frappe.db.rollback()
	frappe.destroy()


def forget_uncommitted() -> None:
	"""Roll back, and drop everything Frappe may have cached from rows that are gone now."""
	import frappe

	frappe.db.rollback()
	frappe.set_user("Administrator")
	frappe.db.value_cache.clear()
	frappe.local.message_log = []
	frappe.flags.pop("warehouse_account_map", None)  # ERPNext's, by company, for the life of a request
	frappe.local.role_permissions = {}
	frappe.local.new_doc_templates = {}
	frappe.local.lang = "en"
	patterns = ("document_cache::", "user_permissions", "defaults", "roles", "bootinfo", "has_role:")
	for pattern in (*patterns, "fiscal_years"):
		frappe.cache.delete_keys(pattern)
	frappe.local.cache.clear()


@pytest.fixture
def rolled_back(site: str, request: pytest.FixtureRequest) -> Iterator[None]:
	"""Undo at the end what a test wrote. A test that commits says so by `@pytest.mark.commits`: without the
	mark it fails, for it would change the site under every later test unnoticed."""
	import frappe

	commits = 0
	real_commit = frappe.db.commit

	def counted_commit(*args, **kwargs):
		nonlocal commits
		commits += 1
		return real_commit(*args, **kwargs)

	frappe.db.commit = counted_commit
	try:
		yield
	finally:
		frappe.db.commit = real_commit
		forget_uncommitted()
	if commits and not request.node.get_closest_marker("commits"):
		pytest.fail(
			f"The test committed {commits} time(s), so its rows stay on the site. Mark it with"
			" @pytest.mark.commits and use names of its own, or call the part that doesn't commit.",
			pytrace=False,
		)


@pytest.fixture(scope="session")
def bench(site: str, sites_path: Path) -> Bench:
	"""The bench under test, to start its real servers."""
	return Bench(sites_path, site)


@pytest.fixture
def start_worker(bench: Bench) -> Iterator[Callable[[], Process]]:
	"""A function that starts a real background worker for all queues and returns its `Process`
	(`.pid`, `.kill()` for kill -9, `.stop()`, `.log`). What still runs is stopped after the test.

	A worker sees committed rows only: the test needs `@pytest.mark.commits`.
	"""
	forget_jobs()
	started: list[Process] = []

	def start() -> Process:
		started.append(bench.worker())
		return started[-1]

	yield start
	for process in started:
		process.stop()


@pytest.fixture
def start_python(bench: Bench, tmp_path: Path) -> Iterator[Callable[[str], Process]]:
	"""A function that starts a process connected to the site; what still runs is killed after the test."""
	started: list[Process] = []

	def start(code: str) -> Process:
		started.append(bench.python(dedent(code), tmp_path / f"process-{len(started)}.log"))
		return started[-1]

	yield start
	for process in started:
		process.kill()


@pytest.fixture(scope="session")
def make_user(site: str) -> Callable[..., str]:
	"""A function `make_user(email, *roles)` that makes (or finds) an enabled user with exactly these roles
	and the password "partner-relations-test", and returns the email. It doesn't commit."""
	import frappe
	from frappe.utils.password import update_password

	def make(email: str, *roles: str) -> str:
		if frappe.db.exists("User", email):
			user = frappe.get_doc("User", email)
			user.set("roles", [])
		else:
			user = frappe.new_doc("User", email=email, first_name=email.split("@")[0].title())
			user.send_welcome_email = 0
		for role in roles:
			user.append("roles", {"role": role})
		user.enabled = 1
		user.save(ignore_permissions=True)
		update_password(email, "partner-relations-test")
		return email

	return make
