#!/usr/bin/env bash
# A management command of the installed release, with the settings and the user of its processes. `--help` says how.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=deploy/common.sh
. "$here/common.sh"

usage() {
    cat <<END
manage.sh COMMAND [ARGUMENT …], or provodnik COMMAND … where it is linked as /usr/local/bin/provodnik

Runs manage.py COMMAND of $PROVODNIK_HOME/current with the settings of $environment, as the
user $PROVODNIK_USER where root starts it. \`manage.sh help\` lists the commands. Paths of files are those that this user may read;
write them from the root on.
END
}

main() {
    local become=()
    case ${1:-} in
    '' | -h | --help) usage && exit 0 ;;
    esac
    [ -d "$PROVODNIK_HOME/current" ] || die "nothing is installed in $PROVODNIK_HOME"
    [ -r "$environment" ] || die "$environment cannot be read: root may, sudo $0 $*"
    if switches_user; then become=(runuser -u "$PROVODNIK_USER" --); fi
    cd "$PROVODNIK_HOME/current"
    HOME=$PROVODNIK_DATA exec .venv/bin/python -I "$here/environment.py" "$environment" "${become[@]}" \
        .venv/bin/python manage.py "$@"
}

main "$@"
