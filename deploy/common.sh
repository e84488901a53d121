# shellcheck shell=bash
# What install.sh, upgrade.sh and rollback.sh share. Sourced, never run by itself.
#
# Names on a server. A proof puts them elsewhere and need not be root then:
#   PROVODNIK_HOME=/opt/provodnik       source, releases, venvs, current, previous
#   PROVODNIK_ETC=/etc/provodnik        environment, secrets
#   PROVODNIK_DATA=/var/lib/provodnik   media, static, acme
#   PROVODNIK_UNITS=/etc/systemd/system and PROVODNIK_NGINX=/etc/nginx: empty with another PROVODNIK_HOME, unless named
#   PROVODNIK_USER=provodnik            whom pip and manage.py run as, where root starts this and that user exists
#   PROVODNIK_PAUSE=2                   seconds between two web processes
#   PROVODNIK_PATIENCE=60               seconds that a process may take until it answers
# systemctl is looked for on the PATH, so that a proof's own can come first. Asked of it: `list-units … PATTERN`, `restart UNIT`,
# `start UNIT`, `daemon-reload`, `is-active --quiet UNIT`, `reload nginx.service`.

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
moved=${PROVODNIK_HOME:+yes}
PROVODNIK_HOME=${PROVODNIK_HOME:-/opt/provodnik}
PROVODNIK_ETC=${PROVODNIK_ETC:-/etc/provodnik}
PROVODNIK_DATA=${PROVODNIK_DATA:-/var/lib/provodnik}
if [ -n "$moved" ]; then
    : "${PROVODNIK_UNITS=}" "${PROVODNIK_NGINX=}"
else
    : "${PROVODNIK_UNITS=/etc/systemd/system}" "${PROVODNIK_NGINX=/etc/nginx}"
fi
PROVODNIK_USER=${PROVODNIK_USER:-provodnik}
PROVODNIK_PAUSE=${PROVODNIK_PAUSE:-2}
PROVODNIK_PATIENCE=${PROVODNIK_PATIENCE:-60}
PATH=$PATH:/usr/sbin:/sbin

releases=$PROVODNIK_HOME/releases
environment=$PROVODNIK_ETC/environment
site=$PROVODNIK_NGINX/sites-available/provodnik.conf
started=$SECONDS
umask 022

say() { printf '%s\n' "$*"; }
step() { printf '== %4s s  %s\n' "$((SECONDS - started))" "$*"; }
warn() { printf 'WARNING: %s\n' "$*" >&2; }
die() {
    printf 'ERROR: %s\n' "$*" >&2
    exit 1
}

# --- Who runs it, once at a time --------------------------------------------------------------------------------------

# A server as it comes: its root, its systemd.
need_server() {
    [ -z "$moved" ] || return 0
    [ "$(id -u)" = 0 ] || die "root must run this: sudo $0"
    [ -d /run/systemd/system ] ||
        die "systemd does not run here, and it is what runs Provodnik on a server; for containers see docs/containers.md"
}

# The kernel lets go of the lock however this ends. What is started meanwhile must not hold it: see `system`.
lock() {
    mkdir -p "$PROVODNIK_HOME"
    exec 9>"$PROVODNIK_HOME/.lock"
    flock --nonblock 9 || die "another install, upgrade or rollback is running (it holds $PROVODNIK_HOME/.lock)"
}

switches_user() {
    [ "$(id -u)" = 0 ] && id "$PROVODNIK_USER" >/dev/null 2>&1
}

# COMMAND… as the user of the processes, with this shell's environment.
as_app() {
    if switches_user; then
        HOME=$PROVODNIK_DATA runuser -u "$PROVODNIK_USER" -- "$@" 9>&-
    else
        "$@" 9>&-
    fi
}

own() { # FOLDER: it belongs to the processes for now
    if switches_user; then chown -R "$PROVODNIK_USER:$PROVODNIK_USER" "$1"; fi
}

disown_() { # FOLDER: read by everybody, written by whoever installs
    if [ "$(id -u)" = 0 ]; then chown -R 0:0 "$1"; fi
    chmod -R u=rwX,go=rX "$1"
}

# --- systemd and nginx ------------------------------------------------------------------------------------------------

system() { systemctl "$@" 9>&-; }

# Units of PATTERN that run, or should: one that was stopped on purpose stays so.
units_of() {
    system list-units --plain --no-legend --state=active,activating,reloading,failed "$1" | awk '{ print $1 }'
}

answers() { # URL SECONDS
    local until=$((SECONDS + $2))
    until curl --fail --silent --output /dev/null --max-time 3 "$1"; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.3
    done
}

port_of() { # provodnik-web@8000.service
    local port=${1#*@}
    printf '%s' "${port%.service}"
}

# Where the web process of that unit is asked: it listens where the settings say, else here only.
web_url() { # UNIT PATH
    local host
    host=$(setting GRANIAN_HOST)
    printf 'http://%s:%s%s' "${host:-127.0.0.1}" "$(port_of "$1")" "$2"
}

# Everything that runs, one after another; web last and one at a time, so that one of them always answers.
restart_in_turn() {
    local kind unit url first=yes
    for kind in worker@ mailer beat bot@; do
        for unit in $(units_of "provodnik-$kind*.service"); do
            say "   restarting $unit"
            system restart "$unit" || return 1
        done
    done
    for unit in $(units_of 'provodnik-web@*.service'); do
        # Time for what the one before has in hand to be answered, and for nginx to find it again.
        [ -n "$first" ] || sleep "$PROVODNIK_PAUSE"
        first=
        say "   restarting $unit"
        system restart "$unit" || return 1
        url=$(web_url "$unit" /health/live)
        answers "$url" "$PROVODNIK_PATIENCE" || {
            warn "$url did not answer within $PROVODNIK_PATIENCE s"
            return 1
        }
    done
}

# Whether a web process says that database, Redis and worker are there; true where none runs.
is_ready() { # SECONDS
    local unit
    unit=$(units_of 'provodnik-web@*.service' | head -n 1)
    [ -z "$unit" ] || answers "$(web_url "$unit" /health/ready)" "$1"
}

# The site of a release with the names of the one that is installed.
site_of() { # RELEASE
    local domain certificate
    domain=$(awk '$1 == "server_name" { sub(/;$/, "", $2); print $2; exit }' "$site")
    certificate=$(awk '$1 == "ssl_certificate" { sub(/\/fullchain\.pem;$/, "", $2); print $2; exit }' "$site")
    rendered "$1" "$domain" "$certificate"
}

rendered() { # RELEASE DOMAIN CERTIFICATE
    sed -e '/^#/d' -e "s#CERTIFICATE#$3#g" -e "s#DOMAIN#$2#g" "$1/deploy/nginx/provodnik.conf" | without_ipv6
}

# nginx does not start where it should listen on what the kernel does not have.
without_ipv6() {
    if [ -e /proc/net/if_inet6 ]; then cat; else sed '/listen \[::\]/d'; fi
}

# NEW instead of DEST, where DEST is as the release OLD left it. A file that was edited by hand stays: true if it changed.
put() { # NEW OLD DEST
    if cmp --silent "$1" "$3"; then return 1; fi
    if [ -e "$3" ] && [ -e "$2" ] && ! cmp --silent "$2" "$3"; then
        cmp --silent "$1" "$2" || warn "$3 was edited by hand and stays; this release changes it: compare with $1"
        return 1
    fi
    install -m 0644 "$1" "$3.new"
    mv -f "$3.new" "$3"
}

# Unit files and nginx's site of the release NEW where they differ from those of OLD. Nothing is restarted or reloaded.
put_system_files() { # NEW OLD
    local file name
    units_changed='' site_changed=''
    if [ -n "$PROVODNIK_UNITS" ] && [ -e "$PROVODNIK_UNITS/provodnik.target" ]; then
        for file in "$1"/deploy/systemd/*; do
            name=$(basename "$file")
            if put "$file" "$2/deploy/systemd/$name" "$PROVODNIK_UNITS/$name"; then units_changed=yes; fi
        done
    fi
    if [ -n "$PROVODNIK_NGINX" ] && [ -e "$site" ] && [ -e "$1/deploy/nginx/provodnik.conf" ]; then
        put_site "$1" "$2" || return 1
    fi
}

put_site() { # NEW OLD
    local folder=$PROVODNIK_HOME/.site ok=yes
    rm -rf "$folder"
    mkdir "$folder"
    site_of "$1" >"$folder/new"
    [ ! -e "$2/deploy/nginx/provodnik.conf" ] || site_of "$2" >"$folder/old"
    cp "$site" "$folder/before"
    if put "$folder/new" "$folder/old" "$site"; then
        site_changed=yes
        nginx -t -q 9>&- || ok=
    fi
    if [ -z "$ok" ]; then
        cp "$folder/before" "$site"
        warn "nginx refuses the site of this release: the one before is back"
    fi
    rm -r "$folder"
    [ -n "$ok" ]
}

reload_site() {
    if [ -n "$site_changed" ]; then system reload nginx.service; fi
}

# --- Python -----------------------------------------------------------------------------------------------------------

is_new_enough() {
    "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# The one named, else that of the running release, else the newest there is.
choose_python() { # [PYTHON]
    local candidate
    if [ -n "${1:-}" ]; then
        is_new_enough "$1" || die "$1 is no Python 3.11 or newer with the module venv"
        python=$1
        return
    fi
    candidate=$("$PROVODNIK_HOME/current/.venv/bin/python" -c 'import sys; print(sys._base_executable)' 2>/dev/null || true)
    for candidate in "$candidate" python3 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && is_new_enough "$candidate"; then
            python=$(command -v "$candidate")
            return
        fi
    done
    die "Provodnik needs Python 3.11 or newer, and this system has $(python3 --version 2>/dev/null || echo none).
Ubuntu 22.04: add-apt-repository ppa:deadsnakes/ppa && apt-get install python3.12 python3.12-venv,
then run this again with --python /usr/bin/python3.12. Ubuntu 24.04 and Debian 12 bring a newer one themselves."
}

# manage.py of a release with the settings of the processes, and the NAME=value words in `besides`.
besides=()
manage() { # RELEASE COMMAND…
    local folder=$1 become=()
    shift
    if switches_user; then become=(runuser -u "$PROVODNIK_USER" --); fi
    (
        cd "$folder" || exit 1
        HOME=$PROVODNIK_DATA exec "$python" -I "$here/environment.py" "$environment" "${become[@]}" \
            env "${besides[@]}" "$folder/.venv/bin/python" manage.py "$@" 9>&-
    )
}

setting() { "$python" -I "$here/environment.py" "$environment" --get "$1"; }
has_setting() { [ -n "$(setting "$1")$(setting "$1_FILE")" ]; }

# --- A release --------------------------------------------------------------------------------------------------------

# What a folder holds besides the product: history, environments, a developer's data, caches, settings of its own.
LEFT_OUT=(.git .venv .local .env '*.pyc' __pycache__ .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache)

# The tree of a folder as a new release, in $release. Its name has .new at the end until it is complete.
stage_folder() { # FOLDER
    local folder commit word options=()
    folder=$(cd "$1" && pwd) || die "no such folder: $1"
    [ -f "$folder/manage.py" ] || die "$folder holds no Provodnik"
    commit=$(git -C "$folder" rev-parse --short=9 HEAD 2>/dev/null || echo folder)
    [ -e "$folder/.git" ] || commit=folder
    for word in "${LEFT_OUT[@]}"; do options+=("--exclude=$word"); done
    new_release "$commit"
    tar -C "$folder" "${options[@]}" -cf - . | tar -C "$release" --no-same-owner -xf -
}

# A tag, branch or commit of the clone.
stage_ref() { # REF
    local source=$PROVODNIK_HOME/source commit
    [ -d "$source" ] || die "there is no clone in $source: use --from FOLDER, or git clone ADDRESS $source"
    git -C "$source" fetch --quiet --tags --prune origin || die "the clone's origin does not answer: see above"
    commit=$(git -C "$source" rev-parse --verify --quiet "origin/$1^{commit}" ||
        git -C "$source" rev-parse --verify --quiet "$1^{commit}") || die "no such branch, tag or commit: $1"
    new_release "$(git -C "$source" rev-parse --short=9 "$commit")"
    git -C "$source" archive "$commit" | tar -C "$release" --no-same-owner -xf -
}

new_release() { # WORD
    # Named by the second, which may not be over yet.
    while name=$(date -u +%Y%m%dT%H%M%S)-$1 && [ -e "$releases/$name" ]; do sleep 0.2; done
    release=$releases/$name.new
    mkdir -p "$release" "$PROVODNIK_HOME/venvs"
}

# Environment, compiled modules and static files of $release, which then gets its name.
complete_release() {
    disown_ "$release"
    make_venv
    "$release/.venv/bin/python" -m compileall -q -j 0 \
        "$release"/{bot,integrations,partners,payments,project} >/dev/null || die "a module of $release does not compile"
    collect_static
    mv -T "$release" "$releases/$name"
    release=$releases/$name
}

# One for each lock and Python, shared by the releases that have them. It has its name only when it is complete.
make_venv() {
    local wanted key venv new
    wanted=$(cd "$release" && PYTHONDONTWRITEBYTECODE=1 "$python" dev requirements production)
    key=$(venv_key "$wanted")
    venv=$PROVODNIK_HOME/venvs/$key
    new=$venv.new
    if [ ! -d "$venv" ]; then
        say "   installing $(grep -c '==' <<<"$wanted") packages into $venv"
        rm -rf "$new"
        mkdir "$new"
        own "$new"
        as_app "$python" -m venv --without-pip "$new"
        install_packages_into "$new" || die "pip could not install the packages: see above"
        as_app "$new/bin/python" -m compileall -q -j 0 "$new/lib" >/dev/null || true
        # Its programs name the interpreter by its whole path.
        grep -rlIF -- "$new" "$new/bin" "$new/pyvenv.cfg" | xargs -r sed -i "s#$new#$venv#g"
        disown_ "$new"
        rm "$new.txt" "$new.source.txt"
        mv -T "$new" "$venv"
    fi
    ln -sfn "../../venvs/$key" "$release/.venv"
}

# As wheels. docopt alone is published as a source: the lock's setuptools make a wheel of it.
install_packages_into() { # VENV; what to install is in `wanted`
    : >"$1.txt"
    : >"$1.source.txt"
    awk -v wheels="$1.txt" -v sources="$1.source.txt" \
        '/^[a-z]/ { source = /^docopt==/ } { if (NF) print > (source ? sources : wheels) }' <<<"$wanted"
    if [ -s "$1.txt" ]; then run_pip "$1" --only-binary :all: -r "$1.txt" || return 1; fi
    if [ -s "$1.source.txt" ]; then run_pip "$1" --no-build-isolation -r "$1.source.txt" || return 1; fi
}

# The pip that comes with the release: Debian keeps its own in a package apart.
run_pip() { # VENV OPTION…
    local target=$1
    shift
    as_app "$target/bin/python" "$(echo "$release"/vendor/pip-*.whl)/pip" install --quiet --disable-pip-version-check \
        --no-cache-dir --no-compile --no-deps --require-hashes "$@"
}

venv_key() { # REQUIREMENTS
    { printf '%s\n' "$1" && "$python" -c 'import sys, sysconfig; print(sys.version_info[:2], sysconfig.get_platform())'; } |
        sha256sum | head -c 16
}

# A release keeps the list of its own names (so that going back needs nothing), nginx's folder the files of all of them.
collect_static() {
    local own_static=$release/.local/static shared=$PROVODNIK_DATA/static file
    ! has_setting STATIC_ROOT || die "take STATIC_ROOT out of $environment: a release keeps the list of its own files"
    mkdir -p "$own_static" "$shared"
    own "$own_static"
    besides=("STATIC_ROOT=$own_static")
    manage "$release" collectstatic --no-input --verbosity 0 --skip-checks
    besides=()
    disown_ "$release/.local"
    (cd "$own_static" && find . -type f ! -name staticfiles.json -print0) | while IFS= read -r -d '' file; do
        if cmp --silent "$own_static/$file" "$shared/$file"; then continue; fi
        mkdir -p "$(dirname "$shared/$file")"
        cp "$own_static/$file" "$shared/$file.new"
        mv -f "$shared/$file.new" "$shared/$file"
    done
}

current_release() { readlink -f "$PROVODNIK_HOME/current" 2>/dev/null || true; }

# A link that is never missing.
point() { # LINK NAME
    ln -sfn "releases/$2" "$PROVODNIK_HOME/$1.new"
    mv -T "$PROVODNIK_HOME/$1.new" "$PROVODNIK_HOME/$1"
}

# The three newest, and whatever is linked; then the environments that none of them needs.
keep_three() {
    local folder kept=0 current previous
    current=$(current_release)
    previous=$(readlink -f "$PROVODNIK_HOME/previous" 2>/dev/null || true)
    while read -r folder; do
        kept=$((kept + 1))
        if [ $kept -gt 3 ] && [ "$folder" != "$current" ] && [ "$folder" != "$previous" ]; then
            say "   removing $(basename "$folder")"
            rm -rf "$folder"
        fi
    done < <(find "$releases" -mindepth 1 -maxdepth 1 -type d ! -name '*.new' | sort -r)
    find "$releases" -mindepth 1 -maxdepth 1 -name '*.new' -exec rm -rf {} +
    for folder in "$PROVODNIK_HOME"/venvs/*; do
        if ! find "$releases" -mindepth 2 -maxdepth 2 -name .venv -printf '%l\n' | grep -qF "/$(basename "$folder")"; then
            rm -rf "$folder"
        fi
    done
}

# --- From one release to another, and back ----------------------------------------------------------------------------

# `stage` says what an end at this moment has to put right: staging, files, switched, nothing.
watch_the_end() {
    stage=staging release='' from='' to='' before='' was_ready='' units_changed='' site_changed=''
    trap finish EXIT
    trap 'exit 130' INT TERM HUP
}

all_is_well() { stage=nothing; }

switch_over() { # FROM TO
    from=$1 to=$2
    if is_ready 5; then was_ready=yes; fi
    stage=files
    put_system_files "$to" "$from" || die "nginx's site could not be brought up to date"
    step "switching from $(basename "$from") to $(basename "$to")"
    before=$(readlink "$PROVODNIK_HOME/previous" 2>/dev/null || true)
    stage=switched
    point previous "$(basename "$from")"
    point current "$(basename "$to")"
    go_over || die "a process of $(basename "$to") does not start: journalctl -u 'provodnik-*' says why"
}

# The processes and nginx to what the files and links say now.
go_over() {
    if [ -n "$units_changed" ]; then system daemon-reload || return 1; fi
    restart_in_turn || return 1
    # What this release runs besides, if it runs at all.
    if [ -n "$units_changed" ] && system is-active --quiet provodnik.target; then
        system start provodnik.target || return 1
    fi
    reload_site
}

still_ready() {
    if [ -z "$was_ready" ]; then
        warn "/health/ready was red before already: manage.py doctor says what is missing"
    elif ! is_ready "$PROVODNIK_PATIENCE"; then
        die "/health/ready was green before and is red now: manage.py doctor says what is missing"
    fi
}

finish() {
    local code=$?
    trap - EXIT
    trap '' INT TERM HUP
    set +e
    case $stage in
    staging)
        rm -rf "$release"
        [ ! -e "$PROVODNIK_HOME/current" ] || warn "nothing was switched: $(basename "$(current_release)") runs as before"
        ;;
    files)
        put_system_files "$from" "$to"
        if [ -n "$units_changed" ]; then system daemon-reload; fi
        warn "nothing was switched: $(basename "$from") runs as before"
        ;;
    switched)
        [ "$code" != 0 ] || code=1
        go_back
        ;;
    esac
    exit "$code"
}

go_back() {
    warn "going back to $(basename "$from")"
    point current "$(basename "$from")"
    if [ -n "$before" ]; then point previous "$(basename "$before")"; else rm -f "$PROVODNIK_HOME/previous"; fi
    put_system_files "$from" "$to"
    if go_over; then
        warn "$(basename "$from") runs again; $(basename "$to") is left in $releases to look at"
    else
        warn "$(basename "$from") does not start either: journalctl -u 'provodnik-*' says why"
    fi
}
