"""Unit tests need no ERP, no database server, no network; hypothesis tries the same examples each time."""

from hypothesis import settings

# No deadline: CI machines are slow now and then. Derandomized: a failure there is a failure here.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("repeatable")
