#!/usr/bin/env bash
# make test-site: site tests while developing. With PR_SITE on that site of the bench, which stays as it is;
# without, on a disposable site (PR_KEEP=1 keeps it). Arguments are pytest's, paths relative to the checkout.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
python=$(find_python)
bench=$("$python" scripts/benches.py)
[ -n "$bench" ] || die "No bench with ERPNext found: set FRAPPE_BENCH_ROOT, or make one by \`make site\`."
need_bench_tools "$bench"
CHROMIUM=$(find_chromium)
export CHROMIUM

arguments=()
for argument in "$@"; do
	# pytest runs in the sites folder, where Frappe wants to be; paths are given from the checkout.
	if [ -e "$root/${argument%%::*}" ]; then arguments+=("$root/$argument"); else arguments+=("$argument"); fi
done
case " ${arguments[*]} " in *"$root/tests/"*) ;; *) arguments+=("$root/tests/site") ;; esac
pytest=(-m pytest -c "$root/pyproject.toml" --rootdir "$root" -p no:cacheprovider "${arguments[@]}")

if [ -z "${PR_SITE:-}" ]; then
	exec "$python" scripts/disposable_site.py --assets ${PR_KEEP:+--keep} -- '{python}' "${pytest[@]}"
fi
[ -d "$bench/sites/$PR_SITE" ] || die "$bench has no site $PR_SITE."
cd "$bench/sites"
PR_SITES_PATH=$PWD FRAPPE_BENCH_ROOT=$bench PYTHONPATH=$root exec "$bench/env/bin/python" "${pytest[@]}"
