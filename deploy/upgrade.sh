#!/usr/bin/env bash
# Bring a running installation to another release without losing a call. `--help` says how.
set -euo pipefail
# shellcheck source=deploy/common.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

# How long a migration may wait for its table, and calls behind it: first this, after five times in vain the other.
LOCK_TIMEOUTS=("${PROVODNIK_LOCK_TIMEOUT:-1s}" "${PROVODNIK_LOCK_TIMEOUT:-3s}")
MIGRATE_TRIES=${PROVODNIK_MIGRATE_TRIES:-60}
# What an index leaves that was built beside the traffic and given up; its migration would find the name taken.
DROP_UNFINISHED="
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        'SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid'
        ' WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace'
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
"

usage() {
    cat <<'END'
upgrade.sh [--ref REF | --from FOLDER] [--no-backup] [--python PYTHON]

  --ref REF        branch, tag or commit of the clone in /opt/provodnik/source; default: its origin's main branch
  --from FOLDER    a tree instead of the clone
  --no-backup      no backup first (there is none anyway where BACKUP_TO is not set)
  --python PYTHON  the interpreter of the new environment; default: the one in use

What it does, in this order:
  1. lays the new release beside the running one: packages by hash, compiled modules, static files
  2. check --deploy with the settings in /etc/provodnik/environment
  3. a backup, where BACKUP_TO is set
  4. migrations, by the new code while the old one runs. None waits longer than 1 s for a table, so that no callback waits
     behind it; what could not get its table is tried again, after five times for up to 3 s: sixty times in all
  5. unit files and nginx's site that the new release changes (files edited by hand stay, which is said)
  6. /opt/provodnik/current points to the new release; /opt/provodnik/previous to the old one
  7. workers, mailer, beat and bot are restarted, then the web processes one at a time, each when the one before answers
  8. load_vocabulary and /health/ready
  9. three releases are kept

If anything fails before 6, the running release is as it was (migrations that were applied stay: the old code runs on the
new tables). If anything fails after it, the old release is put back and restarted in the same way, and the exit code is 1.
Only what runs is restarted: units that were stopped stay stopped.
END
}

main() {
    local ref='' folder='' backup=yes asked_python='' old
    while [ $# -gt 0 ]; do
        case $1 in
        --ref) ref=${2:?--ref needs a word} && shift 2 ;;
        --from) folder=${2:?--from needs a folder} && shift 2 ;;
        --python) asked_python=${2:?--python needs a path} && shift 2 ;;
        --no-backup) backup= && shift ;;
        -h | --help) usage && exit 0 ;;
        *) usage >&2 && die "what is $1?" ;;
        esac
    done
    [ -z "$ref" ] || [ -z "$folder" ] || die "--ref or --from, not both"
    need_server
    old=$(current_release)
    if [ ! -d "$old" ] || [ ! -r "$environment" ]; then die "nothing is installed here yet: run deploy/install.sh"; fi
    lock
    choose_python "$asked_python"

    watch_the_end
    step "the new release"
    if [ -n "$folder" ]; then stage_folder "$folder"; else stage_ref "${ref:-HEAD}"; fi
    complete_release
    say "   $name"
    step "check --deploy"
    manage "$release" check --deploy
    if [ -n "$backup" ] && has_setting BACKUP_TO; then
        step "backup"
        manage "$release" backup
    fi
    step "migrations, while $(basename "$old") runs"
    migrate
    switch_over "$old" "$release"
    step "load_vocabulary"
    manage "$release" load_vocabulary --skip-checks
    still_ready
    all_is_well
    keep_three
    step "$name runs"
    say "Ready roles may lack rights of new pages: manage.py ensure_roles --complete gives them."
}

# Each migration is a transaction of its own, or an index built beside the traffic: trying again goes on where it stopped.
migrate() {
    local try patience output=$PROVODNIK_HOME/.migrate
    for ((try = 1; try <= MIGRATE_TRIES; try++)); do
        patience=${LOCK_TIMEOUTS[$((try > 5))]}
        besides=("PGOPTIONS=-c lock_timeout=$patience")
        if manage "$release" migrate --no-input >"$output" 2>&1; then
            grep -F ' Applying ' "$output" || say "   none"
            break
        fi
        grep -F ' OK' "$output" || true
        if ! grep -qF 'due to lock timeout' "$output"; then
            cat "$output" >&2
            die "a migration failed; what was applied before it stays, and the old release runs on"
        fi
        [ "$try" -lt "$MIGRATE_TRIES" ] ||
            die "a table was never free for a migration: pg_stat_activity says who holds it"
        say "   a table was busy for $patience: once more ($try)"
        manage "$release" shell --no-imports --command "$DROP_UNFINISHED" || true
        sleep 2
    done
    besides=()
    rm -f "$output"
}

main "$@"
