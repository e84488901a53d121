#!/usr/bin/env bash
# Restart what runs, one process after another, so that calls are taken meanwhile: after a change of settings. `--help`.
set -euo pipefail
# shellcheck source=deploy/common.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

usage() {
    cat <<'END'
restart.sh

After a change in /etc/provodnik/environment or of a unit. First check --deploy with the new settings: where it finds an
error nothing is restarted. Then workers, mailer, beat and bot, and the web processes one at a time, each when the one
before answers. Only what runs is restarted. (systemctl restart provodnik.target restarts everything at once, and calls are
refused for some seconds.)
END
}

case ${1:-} in
'') ;;
-h | --help) usage && exit 0 ;;
*) usage >&2 && die "what is $1?" ;;
esac
need_server
release=$(current_release)
[ -d "$release" ] || die "nothing is installed here yet: run deploy/install.sh"
lock
choose_python ""
manage "$release" check --deploy || die "nothing was restarted: see above"
system daemon-reload
restart_in_turn || die "a process does not start: journalctl -u 'provodnik-*' says why"
step "restarted"
