#!/usr/bin/env bash
# Install Provodnik on a Debian or Ubuntu server, or finish an installation that was begun. `--help` says how.
set -euo pipefail
# shellcheck source=deploy/parts.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/parts.sh"

# Read by Django's shell: what to paste where, of everything that is switched on.
ADDRESSES="
from django.conf import settings
from integrations.sources import SOURCES
from payments.registry import get_provider
from project.callback_addresses import callback_addresses, source_address
for slug in settings.PAYMENT_PROVIDERS:
    for address in callback_addresses(get_provider(slug)):
        print('  ', slug.ljust(14), address)
for slug in SOURCES:
    print('  ', slug.ljust(14), source_address(slug))
"

usage() {
    cat <<'END'
install.sh --domain DOMAIN --email ADDRESS [OPTION…]

For Debian 12 and 13 and Ubuntu 24.04 as they come; Ubuntu 22.04 needs a newer Python and PostgreSQL first.

  --domain DOMAIN           the site's name, in Cyrillic or ASCII; it must point to this server. Not needed again later
  --email ADDRESS           where Let's Encrypt writes to
  --no-certificate          a certificate signed by this server itself, to look around: no payment system calls it
  --database-url-file FILE  a PostgreSQL elsewhere (15 or newer): the file holds postgres://user:password@host:5432/name,
                            for Supabase the session pooler's; none is installed here then
  --redis-url-file FILE     a Redis or Valkey elsewhere: redis://:password@host:6379/0
  --from FOLDER             the tree to install; default: the one this script stands in
  --python PYTHON           the interpreter; default: the system's, where it is 3.11 or newer
  --no-packages             install no packages of the system: they are there already
  --no-start                start nothing of ours, not even when the machine restarts: for a server that a shop moves to,
                            or that a backup is brought back on for a drill

Secrets are read from files and made by openssl; none is ever printed or seen in a list of processes. What is made:
SECRET_KEY, the database's password, METRICS_TOKEN, and the secrets that services call with: TILDA_WEBHOOK_SECRET,
UMNICO_WEBHOOK_SECRET, PROTALK_WEBHOOK_SECRET, FLEXBE_WEBHOOK_SECRET, BOT_WEBHOOK_SECRET. They lie in
/etc/provodnik/secrets, one a file.

It may be run again at any time: what is there stays, what is missing is added. It ends by saying which settings are missing
in /etc/provodnik/environment. When none is, it starts provodnik.target; until then nothing runs.

Logs: the processes write to the journal (journalctl -u 'provodnik-*'), which limits itself; nginx's files are turned over by
the logrotate of its package.
END
}

main() {
    domain='' email='' own_certificate='' database_file='' redis_file='' packages=yes start=yes
    local folder='' asked_python=''
    while [ $# -gt 0 ]; do
        case $1 in
        --domain) domain=${2:?--domain needs a name} && shift 2 ;;
        --email) email=${2:?--email needs an address} && shift 2 ;;
        --database-url-file) database_file=${2:?--database-url-file needs a file} && shift 2 ;;
        --redis-url-file) redis_file=${2:?--redis-url-file needs a file} && shift 2 ;;
        --from) folder=${2:?--from needs a folder} && shift 2 ;;
        --python) asked_python=${2:?--python needs a path} && shift 2 ;;
        --no-certificate) own_certificate=yes && shift ;;
        --no-packages) packages= && shift ;;
        --no-start) start= && shift ;;
        -h | --help) usage && exit 0 ;;
        *) usage >&2 && die "what is $1?" ;;
        esac
    done
    need_server
    [ -z "$moved" ] || die "it installs in the fixed places only: take PROVODNIK_HOME out of the environment"
    for file in "$database_file" "$redis_file"; do
        [ -z "$file" ] || [ -s "$file" ] || die "$file is not there or empty"
    done
    lock
    look_at_the_system "$asked_python"
    if [ -n "$packages" ]; then install_packages; fi
    choose_python "$asked_python"
    name_the_site

    step "user, folders"
    make_user
    make_folders
    step "database, settings, secrets"
    if needs_here REDIS_URL "$redis_file"; then system start redis-server.service; fi
    write_settings
    watch_the_end
    if [ ! -e "$PROVODNIK_HOME/current" ]; then
        first_release "${folder:-$here/..}"
    else
        release=$(current_release)
        step "release $(basename "$release") is here already; upgrade.sh brings another"
    fi
    stage=nothing
    step "units, nginx, certificate"
    put_units "$release"
    put_command "$release"
    serve "$release"
    finish_up "$release"
}

first_release() { # FOLDER
    step "the release"
    stage_folder "$1"
    complete_release
    step "tables and lists"
    manage "$release" migrate --no-input --skip-checks --verbosity 0
    manage "$release" seed_demo --skip-checks
    point current "$name"
    say "   $name"
}

finish_up() { # RELEASE
    local code=0
    step "are the settings complete?"
    manage "$1" check --deploy --database default || code=$?
    say
    say "Addresses to enter in the services' cabinets (those whose path ends with / want the secret after it):"
    manage "$1" shell --no-imports --command "$ADDRESSES" || true
    say
    if [ $code != 0 ]; then
        say "NOT STARTED YET. Fill in what the errors above name, in $environment;"
        say "then run this again, or: systemctl enable --now provodnik.target"
        return
    fi
    if [ -z "$start" ]; then
        say "The settings are complete, and nothing was started, as you asked. Later: systemctl enable --now provodnik.target"
        return
    fi
    system start provodnik.target
    answers "$(web_url provodnik-web@8000.service /health/live)" "$PROVODNIK_PATIENCE" ||
        die "web does not answer: journalctl -u provodnik-web@8000 says why"
    is_ready "$PROVODNIK_PATIENCE" || warn "/health/ready is red: see below"
    step "doctor"
    manage "$1" doctor || true
    say
    say "Running at $(setting PUBLIC_URL)"
    say "The first of your staff: provodnik createsuperuser. At any time: provodnik doctor"
}

main "$@"
