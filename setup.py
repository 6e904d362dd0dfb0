"""Packaging: the packages below `partner_relations`, three of which are links to the folders at the top.

Setuptools follows the links, so an editable install (what `bench get-app` does) imports this checkout and a
wheel holds real files. Everything else about the project stands in pyproject.toml.
"""

from pathlib import Path

from setuptools import find_packages, setup

PACKAGE = "partner_relations"
DATA_SUFFIXES = {".json", ".js", ".css", ".scss", ".html", ".csv", ".md", ".txt", ".svg", ".png"}


def data_files(folder: Path, below: Path) -> list[str]:
	"""Return every data file under `folder`, as paths relative to `below`. Links to folders are followed
	(`Path.rglob` does so only in some Python versions, hence the walk by hand)."""
	found = []
	for entry in sorted(folder.iterdir()):
		if entry.is_dir():
			if entry.name not in {"__pycache__", "node_modules", "dist"}:
				found += data_files(entry, below)
		elif entry.suffix in DATA_SUFFIXES:
			found.append(str(entry.relative_to(below)))
	return found


here = Path(__file__).parent
setup(
	packages=find_packages(str(here), include=[PACKAGE, f"{PACKAGE}.*"]),
	package_data={PACKAGE: data_files(here / PACKAGE, here / PACKAGE)},
	include_package_data=False,
	zip_safe=False,
)
