"""A package, so that `python -m tests.real_data.to_site` finds this one: others bring a `tests` too."""
