# shellcheck shell=bash
# The steps of install.sh. Each looks first and changes only what is not so already. Sourced, never run by itself.

# shellcheck source=deploy/common.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

SECRETS=$PROVODNIK_ETC/secrets
# --- The system -------------------------------------------------------------------------------------------------------

release_word() { awk -F= -v name="$1" '$1 == name { gsub(/"/, "", $2); print $2 }' /etc/os-release; }

look_at_the_system() { # [PYTHON]
    local name version
    name=$(release_word ID)
    version=$(release_word VERSION_ID)
    case $name-$version in
    debian-12 | debian-13 | ubuntu-24.04) ;;
    ubuntu-22.04)
        # Before anything is installed: it brings Python 3.10 and PostgreSQL 14.
        choose_python "${1:-}"
        [ -n "$database_file" ] || [ -d /usr/lib/postgresql/15 ] || [ -d /usr/lib/postgresql/16 ] ||
            [ -d /usr/lib/postgresql/17 ] || [ -d /usr/lib/postgresql/18 ] ||
            die "Ubuntu 22.04 brings PostgreSQL 14, and 15 is needed: install one from apt.postgresql.org first, or name a
server elsewhere with --database-url-file"
        ;;
    *) warn "this is $name $version; it was made for Debian 12 and 13 and Ubuntu 22.04 and 24.04" ;;
    esac
}

# Whether this machine itself is to have what the setting NAME leads to: neither FILE nor the settings name another one.
needs_here() { # NAME FILE
    local url='' file
    [ -z "$2" ] || return 1
    [ -r "$environment" ] || return 0
    url=$(sed -n "s/^$1=//p" "$environment" | tail -n 1)
    file=$(sed -n "s/^$1_FILE=//p" "$environment" | tail -n 1)
    if [ -r "$file" ]; then url=$(cat "$file"); fi
    [ -z "$url" ] || [[ $url =~ (@|//)(127\.0\.0\.1|localhost|\[::1\])[:/] ]]
}

install_packages() {
    local wanted=(python3 python3-venv nginx openssl curl git ca-certificates postgresql-client) missing=() package
    if needs_here DATABASE_URL "$database_file"; then wanted+=(postgresql); fi
    if needs_here REDIS_URL "$redis_file"; then wanted+=(redis-server); fi
    if [ -z "$own_certificate" ]; then wanted+=(certbot); fi
    for package in "${wanted[@]}"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then missing+=("$package"); fi
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    step "packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update 9>&-
    apt-get -qq install --yes --no-install-recommends "${missing[@]}" >"$PROVODNIK_HOME/.packages" 2>&1 9>&- || {
        tail -n 30 "$PROVODNIK_HOME/.packages" >&2
        die "the packages could not be installed"
    }
    rm "$PROVODNIK_HOME/.packages"
}

make_user() {
    id "$PROVODNIK_USER" >/dev/null 2>&1 ||
        useradd --system --user-group --home-dir "$PROVODNIK_DATA" --shell /usr/sbin/nologin "$PROVODNIK_USER"
}

folder() { # MODE OWNER GROUP PATH
    [ "$(stat -c '%a %U %G' "$4" 2>/dev/null)" = "$1 $2 $3" ] || install -d -m "$1" -o "$2" -g "$3" "$4"
}

make_folders() {
    folder 755 root root "$PROVODNIK_HOME"
    folder 755 root root "$releases"
    folder 755 root root "$PROVODNIK_HOME/venvs"
    folder 750 root "$PROVODNIK_USER" "$PROVODNIK_ETC"
    folder 750 root "$PROVODNIK_USER" "$SECRETS"
    # nginx walks through it to static; what else lies there is closed by its own folder.
    folder 751 "$PROVODNIK_USER" "$PROVODNIK_USER" "$PROVODNIK_DATA"
    folder 750 "$PROVODNIK_USER" "$PROVODNIK_USER" "$PROVODNIK_DATA/media"
    folder 755 root root "$PROVODNIK_DATA/static"
    folder 755 root root "$PROVODNIK_DATA/acme"
    # Where a process may write a backup to, if BACKUP_TO says so; better a bucket, or another disk mounted here.
    folder 700 "$PROVODNIK_USER" "$PROVODNIK_USER" /var/backups/provodnik
    # Settings brought from another server belong to whatever group has that number here.
    local file
    for file in "$PROVODNIK_ETC"/* "$SECRETS"/*; do
        if [ -f "$file" ]; then ours_to_read "$file"; fi
    done
}

ours_to_read() { # FILE
    [ "$(stat -c '%U %G' "$1")" = "root $PROVODNIK_USER" ] && return
    chown "root:$PROVODNIK_USER" "$1"
    chmod 640 "$1"
}

# --- Settings ---------------------------------------------------------------------------------------------------------

# The domain of this run or of the one before, in ASCII.
name_the_site() {
    local before=''
    if [ -e "$environment" ]; then before=$(setting PUBLIC_URL); fi
    before=${before#https://}
    domain=$("$python" -c 'import sys; print(sys.argv[1].strip().lower().encode("idna").decode())' "${domain:-$before}") ||
        die "this is no name of a site: $domain"
    [[ $domain =~ ^([a-z0-9-]+\.)+[a-z0-9-]+$ ]] || die "--domain shop.example.com is missing, or no name of a site"
    [ -z "$before" ] || [ "$before" = "$domain" ] ||
        die "it is installed as $before. To move it: change PUBLIC_URL and ALLOWED_HOSTS in $environment, then run this again"
    site_certificate=/etc/letsencrypt/live/$domain
    if [ -z "$own_certificate" ] && [ -z "$email" ] && [ ! -e "$site_certificate" ]; then
        die "--email is missing: Let's Encrypt writes there when a certificate is not renewed"
    fi
}

is_set() { grep -qxE "$1(_FILE)?" <<<"$names"; }

add() { # NAME VALUE
    is_set "$1" || printf '%s=%s\n' "$1" "$2" >>"$environment"
}

keep_secret() { # FILE, its words on standard input
    (umask 077 && cat >"$SECRETS/.new")
    chown "root:$PROVODNIK_USER" "$SECRETS/.new"
    chmod 640 "$SECRETS/.new"
    mv "$SECRETS/.new" "$SECRETS/$1"
}

add_secret() { # NAME: made up where it is not set
    local file=${1,,}
    is_set "$1" && return
    [ -e "$SECRETS/$file" ] || openssl rand -hex 32 | keep_secret "$file"
    printf '%s_FILE=%s\n' "$1" "$SECRETS/$file" >>"$environment"
}

write_settings() {
    local secret fresh=''
    [ -e "$environment" ] || fresh=yes
    if [ -n "$fresh" ]; then
        (umask 027 && cat >"$environment") <<'END'
# The settings of Provodnik: NAME=value, read by systemd for every process. docs/configuration.md explains each name.
# NAME_FILE=/path instead of NAME reads the value from a file. A "#" begins a comment only at the beginning of a line.
# After a change: /opt/provodnik/current/deploy/restart.sh, which restarts one process after another.

END
        chown "root:$PROVODNIK_USER" "$environment"
    fi
    names=$("$python" -I "$here/environment.py" "$environment" --names)
    add DJANGO_SETTINGS_MODULE project.settings.production
    add PUBLIC_URL "https://$domain"
    add ALLOWED_HOSTS "$domain"
    add TRUSTED_PROXIES 127.0.0.1,::1
    add MEDIA_ROOT "$PROVODNIK_DATA/media"
    for secret in SECRET_KEY METRICS_TOKEN BOT_WEBHOOK_SECRET TILDA_WEBHOOK_SECRET UMNICO_WEBHOOK_SECRET \
        PROTALK_WEBHOOK_SECRET FLEXBE_WEBHOOK_SECRET; do
        add_secret "$secret"
    done
    add_database
    if ! is_set REDIS_URL; then
        if [ -n "$redis_file" ]; then
            keep_secret redis_url <"$redis_file"
            add REDIS_URL_FILE "$SECRETS/redis_url"
        else
            add REDIS_URL redis://127.0.0.1:6379/0
        fi
    fi
    if [ -n "$fresh" ]; then
        cat >>"$environment" <<'END'

# --- To fill in before the first start: take the "#" away and write the value after "=" ---
# From @BotFather:
#BOT_TOKEN=
# The panel that gives access, and a token made in its settings, section API tokens:
#REMNAWAVE_BASE_URL=https://panel.example.com
#REMNAWAVE_API_TOKEN=
# Who takes the money, in the order the bot offers them: oneplat, yookassa, cloudpayments, cryptobot, tgstars.
#PAYMENT_PROVIDERS=oneplat
# 1Plat: the shop's number and secret, from its settings:
#ONEPLAT_SHOP_ID=
#ONEPLAT_SHOP_SECRET=

# --- Worth having: without them the named thing is off ---
# Backups (docs/backups.md); /var/backups/provodnik is a folder the processes may write to:
#BACKUP_TO=s3://bucket/prefix
#BACKUP_RECIPIENT=age1…
# The staff group that hears of exceptions, and who gets notices by e-mail:
#STAFF_CHAT_ID=
#STAFF_EMAIL=
# Letters:
#SMTP_HOST=
#SMTP_USER=
#SMTP_PASSWORD=
#EMAIL_FROM=
# The tax service, by which partners are checked:
#FNS_API_KEY=
END
    fi
}

add_database() {
    local password port
    ! is_set DATABASE_URL || return 0
    if [ -n "$database_file" ]; then
        keep_secret database_url <"$database_file"
    elif [ ! -e "$SECRETS/database_url" ]; then
        system start postgresql.service
        port=$(as_postgres -Atc 'SHOW port' </dev/null) || die "PostgreSQL does not answer: systemctl status postgresql"
        password=$(openssl rand -hex 24)
        # By standard input: no list of processes and no log shows it.
        as_postgres --quiet <<END
SET log_statement = none;
SET log_min_error_statement = panic;
SELECT 'CREATE ROLE provodnik' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'provodnik') \\gexec
ALTER ROLE provodnik LOGIN PASSWORD '$password';
SELECT 'CREATE DATABASE provodnik OWNER provodnik TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'provodnik') \\gexec
END
        printf 'postgres://provodnik:%s@127.0.0.1:%s/provodnik\n' "$password" "$port" | keep_secret database_url
    fi
    add DATABASE_URL_FILE "$SECRETS/database_url"
}

as_postgres() { (cd / && runuser -u postgres -- psql --no-psqlrc --set ON_ERROR_STOP=1 "$@" 9>&-); }

# --- Units and the site -----------------------------------------------------------------------------------------------

put_units() { # RELEASE
    local file
    units_changed=
    mkdir -p "$PROVODNIK_UNITS"
    for file in "$1"/deploy/systemd/*; do
        if put "$file" "$file" "$PROVODNIK_UNITS/$(basename "$file")"; then units_changed=yes; fi
    done
    for file in nginx postgresql@; do start_again_if_killed "$file"; done
    if [ -n "$units_changed" ]; then system daemon-reload; fi
    [ -z "$start" ] || system is-enabled --quiet provodnik.target || system enable --quiet provodnik.target
}

# Debian does not start it again where the kernel has killed it for memory.
start_again_if_killed() { # SERVICE
    local folder=$PROVODNIK_UNITS/$1.service.d
    [ ! -e "$folder/provodnik.conf" ] || return 0
    mkdir -p "$folder"
    printf '[Service]\nRestart=on-failure\nRestartSec=1\n' >"$folder/provodnik.conf"
    units_changed=yes
}

# `provodnik COMMAND`: manage.py with the settings and the user of the processes.
put_command() { # RELEASE
    [ -e /usr/local/bin/provodnik ] || [ ! -e "$1/deploy/manage.sh" ] ||
        ln -s "$PROVODNIK_HOME/current/deploy/manage.sh" /usr/local/bin/provodnik
}

serve() { # RELEASE
    local folder=$PROVODNIK_ETC/certificate made=''
    system start nginx.service
    if [ ! -e "$site_certificate/fullchain.pem" ]; then
        if [ -n "$own_certificate" ]; then
            warn "the certificate is signed by this server itself: browsers warn of it, and no payment system calls"
            site_certificate=$folder
            sign_it_ourselves "$folder"
        else
            ask_for_certificate
        fi
    fi
    rendered "$1" "$domain" "$site_certificate" >"$PROVODNIK_HOME/.site"
    if [ ! -e "$site" ] || [ -n "$door_only" ]; then
        install -m 0644 "$PROVODNIK_HOME/.site" "$site"
        made=yes
    else
        site_of "$1" >"$PROVODNIK_HOME/.site.before"
        if put "$PROVODNIK_HOME/.site" "$PROVODNIK_HOME/.site.before" "$site"; then made=yes; fi
    fi
    rm -f "$PROVODNIK_HOME/.site" "$PROVODNIK_HOME/.site.before"
    if [ -n "$made" ]; then open_site; fi
}

open_site() {
    ln -sfn "$site" "$PROVODNIK_NGINX/sites-enabled/provodnik.conf"
    nginx -t -q 9>&- || die "nginx refuses its configuration: see above"
    system reload-or-restart nginx.service
}

sign_it_ourselves() { # FOLDER
    [ ! -e "$1/fullchain.pem" ] || return 0
    folder 700 root root "$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 800 -subj "/CN=$domain" \
        -addext "subjectAltName=DNS:$domain" -keyout "$1/privkey.pem" -out "$1/fullchain.pem" 2>/dev/null
}

# Let's Encrypt asks by http for a file that certbot lays into the folder; so nothing but that door is opened first.
door_only=''
ask_for_certificate() {
    if [ ! -e "$site" ]; then
        printf 'server {\n    listen 80;\n    listen [::]:80;\n    server_name %s;\n    root %s/acme;\n}\n' \
            "$domain" "$PROVODNIK_DATA" | without_ipv6 >"$site"
        door_only=yes
        open_site
    fi
    certbot certonly --quiet --non-interactive --agree-tos --email "$email" --webroot -w "$PROVODNIK_DATA/acme" \
        -d "$domain" --deploy-hook 'systemctl reload nginx' 9>&- || {
        if [ -n "$door_only" ]; then rm -f "$site" "$PROVODNIK_NGINX/sites-enabled/provodnik.conf"; fi
        die "no certificate. Does $domain point to this server, and is port 80 open to everybody? Then run this again"
    }
}
