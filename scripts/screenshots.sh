#!/usr/bin/env bash
# make screenshots: pictures of the real Desk with the demo data, on a disposable site, into docs/images/.
# With PR_SITE, of that site of the bench as it is (it should hold the demo data).
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
python=$(find_python)
bench=$("$python" scripts/benches.py)
[ -n "$bench" ] || die "No bench with ERPNext found: set FRAPPE_BENCH_ROOT, or make one by \`make site\`."
need_bench_tools "$bench"
CHROMIUM=$(find_chromium)
[ -n "$CHROMIUM" ] || die "Chromium is needed: install it, or set CHROMIUM to its path."
export CHROMIUM

if [ -n "${PR_SITE:-}" ]; then
	[ -d "$bench/sites/$PR_SITE" ] || die "$bench has no site $PR_SITE."
	cd "$bench/sites"
	export PR_SITES_PATH=$PWD FRAPPE_BENCH_ROOT=$bench PYTHONPATH=$root
	exec "$bench/env/bin/python" "$root/scripts/screenshots.py" "$@"
fi
# shellcheck disable=SC2016 # the inner shell expands these, in the environment of the site
exec "$python" scripts/disposable_site.py --assets -- bash -c '
	"$PR_PYTHON" -m frappe.utils.bench_helper frappe --site "$PR_SITE" execute partner_relations.demo.make &&
	exec "$PR_PYTHON" "$0" "$@"' "$root/scripts/screenshots.py" "$@"
