#!/usr/bin/env bash
# make benchmark: the ratios of DESIGN §5 on a disposable site, as the table that the README shows.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
need_venv dev
exec "$venv/bin/python" scripts/disposable_site.py -- '{python}' -m tests.benchmarks.run --site '{site}' "$@"
