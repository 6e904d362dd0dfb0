"""Print one closing line over pytest's result files: `count_tests.py FOLDER [REMARK]`.

Exits with 1 if a test failed or if no test ran at all.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree


def count(files: list[Path]) -> dict[str, float]:
	"""Return how many tests passed, failed, were skipped, and the seconds they took, over JUnit XML files."""
	total = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0, "time": 0.0}
	for file in files:
		for suite in ElementTree.parse(file).iter("testsuite"):
			for key in total:
				total[key] += float(suite.get(key, 0))
	bad = total["failures"] + total["errors"]
	passed = total["tests"] - bad - total["skipped"]
	return {"passed": passed, "failed": bad, "skipped": total["skipped"], "seconds": total["time"]}


def main() -> int:
	"""Print the line; 0 if every test that ran has passed."""
	found = count(sorted(Path(sys.argv[1]).glob("*.xml")))
	counts = ", ".join(f"{found[key]:.0f} {key}" for key in ("passed", "failed", "skipped"))
	remark = f" ({sys.argv[2]})" if sys.argv[2:] and sys.argv[2] else ""
	print(f"{counts} in {found['seconds']:.0f}s{remark}")
	return 1 if found["failed"] or not found["passed"] else 0


if __name__ == "__main__":
	sys.exit(main())
