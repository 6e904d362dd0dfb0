# Shared by the scripts beside it: where things are, and the environments that commands run in.
# shellcheck shell=bash

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # used by those that source this
cache=$root/.cache
venv=$root/.venv
export LANG=C.UTF-8 LC_ALL=C.UTF-8 PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf -- '-- %s\n' "$*" >&2; }
die() {
	printf '%s\n' "$*" >&2
	exit 1
}

# Prints the Python to make environments with: 3.10 or newer.
find_python() {
	local candidate
	for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.10 python; do
		if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
			command -v "$candidate"
			return
		fi
	done
	die "Python 3.10 or newer is needed; set PYTHON to one."
}

# need_venv EXTRA: makes .venv if there is none and installs that extra of pyproject.toml unless it is there as
# it stands now. The app itself stays uninstalled: the scripts run it from this checkout.
need_venv() {
	local extra=$1 stamp=$venv/.installed-$1 python wanted
	if ! "$venv/bin/python" -c 'import sys' 2>/dev/null; then
		python=$(find_python)
		say "making .venv with $python"
		rm -rf "$venv"
		# Debian and Ubuntu ship Python without ensurepip: virtualenv or uv do as well.
		"$python" -m venv "$venv" >/dev/null 2>&1 || {
			rm -rf "$venv"
			"$python" -m virtualenv --quiet "$venv" 2>/dev/null
		} || {
			rm -rf "$venv"
			uv venv --quiet --seed --python "$python" "$venv" 2>/dev/null
		} || die "Could not make .venv. On Debian and Ubuntu: apt-get install python3-venv"
	fi
	wanted=$(requirements "$extra")
	if [ "$wanted" != "$(cat "$stamp" 2>/dev/null)" ]; then
		say "installing what '$extra' needs into .venv"
		"$venv/bin/python" -m pip install --quiet --requirement /dev/stdin <<<"$wanted"
		printf '%s\n' "$wanted" >"$stamp"
	fi
}

# Prints the requirements of an extra of pyproject.toml, one a line.
requirements() {
	"$(find_python)" "$root/scripts/requirements.py" "$1"
}

# bench_pip BENCH ARGUMENT...: pip in the environment of a bench, which newer benches make without pip.
bench_pip() {
	local bench=$1
	shift
	if "$bench/env/bin/python" -c 'import pip' 2>/dev/null; then
		"$bench/env/bin/python" -m pip install --quiet "$@"
	else
		uv pip install --quiet --python "$bench/env/bin/python" "$@"
	fi
}

# Installs into a bench's environment what the tests need, if it is not there: pytest, hypothesis, playwright.
need_bench_tools() {
	local bench=$1 module missing=()
	for module in pytest hypothesis playwright; do
		"$bench/env/bin/python" -c "import $module" 2>/dev/null || missing+=("$module")
	done
	[ ${#missing[@]} -eq 0 ] && return
	say "installing ${missing[*]} into the environment of $bench"
	bench_pip "$bench" "${missing[@]}"
}

# Prints the path of Chromium, or nothing.
find_chromium() {
	local candidate
	for candidate in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
		command -v "$candidate" 2>/dev/null && return
	done
	return 0
}
