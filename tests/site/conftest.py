"""Every test here runs on the real site and leaves it as it was (see `rolled_back` in ../conftest.py)."""

import pytest


@pytest.fixture(autouse=True)
def _on_the_site(rolled_back: None) -> None:
	"""Connect, and roll back after each test."""
