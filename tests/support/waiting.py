"""Waiting for what another process does."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], seconds: float = 30) -> bool:
	"""Return whether `condition()` holds within `seconds`; it is asked five times a second."""
	deadline = time.monotonic() + seconds
	while not condition():
		if time.monotonic() > deadline:
			return False
		time.sleep(0.2)
	return True
