#!/usr/bin/env bash
# make test: the unit tests everywhere, the site and browser tests on a bench with ERPNext if there is one.
# PR_REQUIRE_SITE=1 (set by .ci/run) makes a missing bench or browser a failure. The last line counts all tests.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
mkdir -p "$cache"
results=$(mktemp -d "$cache/results-XXXXXX")
trap 'rm -rf "$results"' EXIT
failed=0

need_venv dev
say "unit tests"
"$venv/bin/python" -m pytest tests/unit --junitxml="$results/unit.xml" || failed=1

bench=$("$venv/bin/python" scripts/benches.py) || die "$bench"
without_site=""
if [ -z "$bench" ]; then
	without_site="no bench with ERPNext was found (FRAPPE_BENCH_ROOT, the bench that holds this checkout, ~/frappe-bench)"
else
	need_bench_tools "$bench"
	suites=("$root/tests/site")
	if [ -n "$(find_chromium)" ]; then
		CHROMIUM=$(find_chromium)
		export CHROMIUM
		suites+=("$root/tests/ui")
	else
		without_site="tests/ui did not run: no Chromium was found (install it, or set CHROMIUM)"
	fi
	say "site tests: ${suites[*]#"$root"/}"
	"$venv/bin/python" scripts/disposable_site.py --assets -- '{python}' -m pytest \
		-c "$root/pyproject.toml" --rootdir "$root" -p no:cacheprovider \
		--junitxml="$results/site.xml" "${suites[@]}" || failed=1
fi

if [ -n "$without_site" ]; then
	cat >&2 <<-END

		############################################################################
		##  NOT ALL TESTS RAN: the tests on a real ERPNext site or in a browser   ##
		##  were left out.                                                        ##
		############################################################################
		$without_site
		\`make site\` builds a bench with ERPNext.

	END
	[ -z "${PR_REQUIRE_SITE:-}" ] || failed=1
fi
"$venv/bin/python" scripts/count_tests.py "$results" "${without_site:+NOT ALL TESTS RAN}" >"$cache/test-count" || failed=1
cat "$cache/test-count"
exit $failed
