#!/usr/bin/env bash
# Bring a running installation back to a release that ran before. `--help` says how.
set -euo pipefail
# shellcheck source=deploy/common.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

usage() {
    cat <<'END'
rollback.sh [--to NAME | --list]

  --to NAME  a release in /opt/provodnik/releases; default: the one that ran before this one
  --list     which releases there are

/opt/provodnik/current points to that release, and everything that runs is restarted in turn, web last and one process at
a time. Nothing is downloaded, and the database stays as it is: every release runs on the tables of the next one (a linter
looks at each migration for that). Going back more than one release is not covered by it. Running it again goes forward.
If the older release does not start, the present one is put back and the exit code is 1.
END
}

list() {
    local folder mark
    for folder in "$releases"/*; do
        mark=' '
        if [ "$folder" = "$(current_release)" ]; then mark='*'; fi
        if [ "$folder" = "$(readlink -f "$PROVODNIK_HOME/previous" || true)" ]; then mark='<'; fi
        say "$mark $(basename "$folder")"
    done
    say "(* runs, < ran before)"
}

main() {
    local wanted='' old
    while [ $# -gt 0 ]; do
        case $1 in
        --to) wanted=${2:?--to needs a name} && shift 2 ;;
        --list) list && exit 0 ;;
        -h | --help) usage && exit 0 ;;
        *) usage >&2 && die "what is $1?" ;;
        esac
    done
    need_server
    old=$(current_release)
    [ -d "$old" ] || die "nothing is installed here yet: run deploy/install.sh"
    lock
    [ -n "$wanted" ] || wanted=$(basename "$(readlink "$PROVODNIK_HOME/previous" || true)")
    [ -n "$wanted" ] || die "no release ran before this one"
    [ "$releases/$wanted" != "$old" ] || die "$wanted is what runs"
    [ -x "$releases/$wanted/.venv/bin/python" ] || die "$releases/$wanted is no complete release; --list shows them"
    watch_the_end
    switch_over "$old" "$releases/$wanted"
    still_ready
    all_is_well
    step "$wanted runs"
}

main "$@"
