#!/usr/bin/env bash
# make real-data: all real deliveries into the preview and, through ERPNext's API, into a disposable site (about
# half an hour); both must give the independent count, vendor by vendor. Arguments: [FILE] and those of the loader.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
need_venv dev
file=${1:-$root/../shared/data/scms_delivery_history.csv}
[ -f "$file" ] || die "The real deliveries are not at $file: give the file's path, make real-data ARGS=PATH."
exec "$venv/bin/python" scripts/disposable_site.py -- \
	'{python}' -m tests.real_data.compare '{site}' "$(realpath "$file")" --all "${@:2}"
