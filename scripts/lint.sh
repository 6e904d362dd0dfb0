#!/usr/bin/env bash
# make lint: ruff, prettier, the rules of the Frappe marketplace, shellcheck; `--fix` formats what can be formatted.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
need_venv lint
fix=""
[ "${1:-}" != --fix ] || fix=1
failed=0

# What git knows or would add, so that nobody's environments and caches are read.
list() { git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
	if [ -f "$file" ] && [ ! -L "$file" ]; then printf '%s\n' "$file"; fi
done; }
mapfile -t scripts < <(list '*.js' '*.css' '*.scss')
mapfile -t shell < <(list 'scripts/*.sh' '.ci/run')
mapfile -t app < <(list 'supplier_quality/*.py' 'customer_care/*.py' 'partner_relations/*.py' \
	'supplier_quality/*.js' 'customer_care/*.js' 'partner_relations/*.js')
[ ${#app[@]} -gt 0 ] || die "git lists no files of the app here, so nothing could be checked."

say "ruff"
if [ -n "$fix" ]; then
	"$venv/bin/ruff" format --quiet .
	"$venv/bin/ruff" check --fix . || failed=1
else
	"$venv/bin/ruff" check --output-format concise . || failed=1
	"$venv/bin/ruff" format --check --output-format concise . || failed=1
fi

say "rules of the Frappe marketplace"
"$venv/bin/python" scripts/lint_frappe.py "${app[@]}" || failed=1

say "shellcheck"
"$venv/bin/shellcheck" --external-sources --source-path=SCRIPTDIR --severity=style "${shell[@]}" || failed=1

say "prettier"
if [ ${#scripts[@]} -gt 0 ]; then
	if ! command -v npm >/dev/null; then
		printf 'npm is needed to check JavaScript and CSS: install Node.js.\n' >&2
		failed=1
	else
		# Not in the root: bench would install what a package.json there lists on everyone's bench.
		if [ ! -x scripts/prettier/node_modules/.bin/prettier ]; then
			npm --prefix scripts/prettier ci --silent --no-audit --no-fund
		fi
		mode=--check
		[ -z "$fix" ] || mode=--write
		scripts/prettier/node_modules/.bin/prettier "$mode" --log-level warn "${scripts[@]}" || failed=1
	fi
fi

[ $failed -eq 0 ] || die "lint: see above; \`make format\` mends the formatting."
say "lint: clean"
