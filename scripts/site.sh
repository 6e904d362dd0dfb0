#!/usr/bin/env bash
# make site: a complete ERPNext site with the app and demo data, to try it on. Made by the official `bench` tool
# from the official version-15 branches; MariaDB and Redis are the distribution's packages. Everything listens on
# this machine only. Each step is skipped if it is done already: after a failure, run it again.
#
#   SITE_BENCH        where the bench goes (default ~/partner-relations-bench)
#   SITE_NAME         the site (default partners.localhost; browsers find *.localhost by themselves)
#   ADMIN_PASSWORD    of Administrator (default admin)
#   DB_ROOT_PASSWORD  of MariaDB's root, where root may not come in by the socket
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bench_folder=$(realpath -m "${SITE_BENCH:-$HOME/partner-relations-bench}")
site=${SITE_NAME:-partners.localhost}
admin_password=${ADMIN_PASSWORD:-admin}
branch=version-15
tools=$bench_folder-tools
started=$SECONDS
exec </dev/null

sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo -n"

# packages COMMAND PACKAGE...: the distribution's packages, if the command is missing.
packages() {
	local command=$1
	shift
	PATH=$PATH:/usr/sbin command -v "$command" >/dev/null && return
	command -v apt-get >/dev/null || die "$command is missing: install $* with your system's package manager."
	say "installing $*"
	$sudo apt-get update >/dev/null || true
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install --yes --no-install-recommends "$@" >/dev/null ||
		die "Could not install $*; install it, then run this again."
}

# quietly WHAT COMMAND...: says what, keeps the output in the log, and shows its end on failure.
mkdir -p "$tools"
log=$tools/make-site.log
: >"$log"
quietly() {
	say "$1"
	shift
	if ! "$@" >>"$log" 2>&1; then
		tail -n 30 "$log" >&2
		die "failed: $* (all output: $log)"
	fi
}

packages mariadbd mariadb-server mariadb-client
packages redis-server redis-server
packages git git
packages node nodejs npm
packages npm npm
packages wkhtmltopdf wkhtmltopdf
packages cc build-essential pkg-config libmariadb-dev

# Frappe 15 wants Python 3.10 to 3.13.
python=""
for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3.10 python3; do
	if "$candidate" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null; then
		python=$("$candidate" -c 'import sys; print(sys.executable)')
		break
	fi
done
[ -n "$python" ] || die "ERPNext 15 needs Python 3.10 to 3.13; set PYTHON to one."

# bench and yarn: the machine's own, or in a folder beside the bench.
if ! [ -x "$tools/env/bin/bench" ]; then
	quietly "installing the bench tool" "$python" -m venv "$tools/env"
	quietly "installing the bench tool: packages" "$tools/env/bin/python" -m pip install frappe-bench uv
fi
if ! command -v yarn >/dev/null && ! [ -x "$tools/node_modules/.bin/yarn" ]; then
	quietly "installing yarn" npm install --prefix "$tools" --no-audit --no-fund yarn@1
fi
PATH=$tools/env/bin:$tools/node_modules/.bin:$PATH

# --- services ------------------------------------------------------------------------------------------------

database_up() { (: </dev/tcp/127.0.0.1/3306) 2>/dev/null; }
if ! database_up; then
	say "starting MariaDB"
	if [ -z "$sudo" ]; then
		install -d -o mysql -g mysql /run/mysqld
		# A daemon of its own: it outlives this script, as the site needs it.
		setsid "$(PATH=$PATH:/usr/sbin command -v mariadbd)" --user=mysql --bind-address=127.0.0.1 \
			>>"$tools/mariadb.log" 2>&1 </dev/null &
		disown
	else
		$sudo service mariadb start
	fi
	for _ in $(seq 60); do
		database_up && break
		sleep 1
	done
	database_up || die "MariaDB did not come up on 127.0.0.1:3306, see $tools/mariadb.log"
fi

# An account that may create databases, for the time of this run only.
account=""
background=()
finish() {
	local pid
	for pid in "${background[@]}"; do kill "$pid" 2>/dev/null || true; done
	[ -z "$account" ] || as_root "DROP USER IF EXISTS '$account'@'localhost', '$account'@'127.0.0.1'" 2>/dev/null || true
}
trap finish EXIT
as_root() {
	if [ -n "${DB_ROOT_PASSWORD:-}" ]; then
		MYSQL_PWD=$DB_ROOT_PASSWORD mariadb -h 127.0.0.1 -u root -e "$1"
	else
		$sudo mariadb -u root -e "$1"
	fi
}
database_account() {
	local password
	password=$("$python" -c 'import secrets; print(secrets.token_hex(16))')
	local name=pr_make_site_$$ host
	for host in localhost 127.0.0.1; do
		as_root "CREATE USER '$name'@'$host' IDENTIFIED BY '$password';
			GRANT ALL PRIVILEGES ON *.* TO '$name'@'$host' WITH GRANT OPTION;" 2>>"$log" ||
			die "MariaDB does not let root in: set DB_ROOT_PASSWORD."
	done
	account=$name
	root_arguments=(--db-root-username "$name" --db-root-password "$password")
}

# --- bench ---------------------------------------------------------------------------------------------------

if ! [ -f "$bench_folder/sites/apps.txt" ] || ! [ -x "$bench_folder/env/bin/python" ]; then
	rm -rf "$bench_folder"
	# As root, bench runs only where a common_site_config names root: in the folder init is called from, too.
	start_folder=$tools/start
	mkdir -p "$start_folder/sites"
	printf '{"frappe_user": "%s"}\n' "$(id -un)" >"$start_folder/sites/common_site_config.json"
	cd "$start_folder"
	quietly "bench init ($branch of Frappe)" bench init --frappe-branch "$branch" --skip-assets --no-backups \
		--python "$python" "$bench_folder"
fi
cd "$bench_folder"
if ! [ -f config/ports-chosen ]; then
	# bench reckons with other benches in the same folder only; whatever else listens here is left alone.
	offset=0
	while for base in 8000 9000 11000 13000; do (: <"/dev/tcp/127.0.0.1/$((base + offset))") 2>/dev/null && break; done; do
		offset=$((offset + 1))
	done
	"$python" - "$offset" <<-'END'
		import json, sys
		offset, path = int(sys.argv[1]), "sites/common_site_config.json"
		config = json.load(open(path))
		config["webserver_port"], config["socketio_port"] = 8000 + offset, 9000 + offset
		config["redis_queue"] = f"redis://127.0.0.1:{11000 + offset}"
		config["redis_cache"] = config["redis_socketio"] = f"redis://127.0.0.1:{13000 + offset}"
		json.dump(config, open(path, "w"), indent=1)
	END
	quietly "bench setup redis" bench setup redis
	touch config/ports-chosen
fi
frappe() { "$bench_folder/env/bin/python" -m frappe.utils.bench_helper frappe "$@"; }
in_sites() { (cd sites && "$@"); }
configure() { in_sites frappe set-config --global "$@" >>"$log" 2>&1; }
configure frappe_user "$(id -un)"
configure db_host 127.0.0.1
configure serve_default_site 1 --parse

if ! [ -d apps/erpnext ]; then
	quietly "bench get-app erpnext ($branch)" bench get-app --branch "$branch" --skip-assets https://github.com/frappe/erpnext
fi
if ! [ -e apps/partner_relations ]; then
	# Linked, so that what you change here shows there; `bench get-app URL` clones it as well.
	quietly "bench get-app --soft-link $root" bench get-app --soft-link --skip-assets "$root"
fi

# The development servers of bench listen on all interfaces; these do not.
setting() { "$python" -c 'import json, sys; print(json.load(open("sites/common_site_config.json"))[sys.argv[1]])' "$1"; }
web_port=$(setting webserver_port)
socketio_port=$(setting socketio_port)
cp "$root/tests/support/loopback.js" config/loopback.js
cat >Procfile <<-END
	redis_cache: redis-server config/redis_cache.conf
	redis_queue: redis-server config/redis_queue.conf
	web: cd sites && DEV_SERVER=1 ../env/bin/gunicorn -b 127.0.0.1:$web_port --workers 2 --worker-class gthread --threads 4 --timeout 120 'frappe.app:application_with_statics()'
	socketio: node -r ./config/loopback.js apps/frappe/socketio.js
	schedule: bench schedule
	worker: bench worker
END
for name in cache queue; do
	port=$(sed -n 's/^port //p' "config/redis_$name.conf")
	if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
		redis-server "config/redis_$name.conf" >>"$log" 2>&1 &
		background+=($!)
	fi
done

if ! [ -f sites/assets/assets.json ] || ! grep -q partner_relations sites/assets/assets.json; then
	quietly "building assets" in_sites frappe build --force
fi

# --- site ----------------------------------------------------------------------------------------------------

installed() { in_sites frappe --site "$site" list-apps 2>/dev/null | grep -q "^$1 "; }
if ! installed frappe; then
	database_account
	quietly "bench new-site $site" in_sites frappe new-site "$site" --force --admin-password "$admin_password" \
		--mariadb-user-host-login-scope=% "${root_arguments[@]}"
fi
in_sites frappe use "$site" >>"$log" 2>&1
for app in erpnext partner_relations; do
	installed "$app" || quietly "bench --site $site install-app $app" in_sites frappe --site "$site" install-app "$app"
done
if ! [ -f "sites/$site/demo-data-loaded" ]; then
	quietly "loading demo data: suppliers with two years of purchases, through ERPNext's API" \
		in_sites frappe --site "$site" execute partner_relations.demo.make
	touch "sites/$site/demo-data-loaded"
fi
quietly "enabling the scheduler" in_sites frappe --site "$site" enable-scheduler

cat <<-END

	The site is ready ($((SECONDS - started)) s). Start it:

	    cd $bench_folder && PATH=$tools/env/bin:\$PATH bench start

	then open   http://$site:$web_port/app/supplier-quality
	and log in  Administrator / $admin_password

	It listens on this machine only (ports $web_port and $socketio_port). To remove it all:
	    cd $bench_folder && PATH=$tools/env/bin:\$PATH bench drop-site $site --no-backup && rm -rf $bench_folder $tools
END
