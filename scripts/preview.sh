#!/usr/bin/env bash
# make preview: the evaluation of the sample suppliers on a machine with Python 3.10 and nothing else.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"
need_venv preview
page=preview.html
case " $* " in *" --html "*) page="" ;; esac
"$venv/bin/python" -m partner_relations.preview ${page:+--html "$page"} "$@"
