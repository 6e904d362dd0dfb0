"""The budgets of DESIGN §5, measured: `python -m tests.benchmarks.run --site SITE` (docs/benchmarks.md)."""
