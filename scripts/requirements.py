"""Print the requirements of an optional extra in pyproject.toml, one a line: `requirements.py dev`.

Python 3.10 has no TOML reader, and this is what runs before anything is installed; the lists there are plain.
"""

import re
import sys
from pathlib import Path


def requirements(text: str, extra: str) -> list[str]:
	"""Return the strings of the list `extra` below [project.optional-dependencies] in `text`; KeyError if
	none."""
	section = text.split("[project.optional-dependencies]", 1)[1].split("\n[", 1)[0]
	found = re.search(rf"^{re.escape(extra)} = \[(.*?)\]", section, re.MULTILINE | re.DOTALL)
	if not found:
		raise KeyError(extra)
	return re.findall(r'"([^"]+)"', found[1])


if __name__ == "__main__":
	pyproject = Path(__file__).resolve().parent.parent / "pyproject.toml"
	print("\n".join(requirements(pyproject.read_text(encoding="utf-8"), sys.argv[1])))
