#!/usr/bin/env bash
# Prepares deploy/compose.yaml: deploy/secrets/ with one secret a file, and deploy/.env with the domain.
#   deploy/secrets.sh shop.example.com
# What exists is kept, so it can be run again at any time: after an upgrade it adds what is new.
set -euo pipefail

usage() {
    sed -n '2,4s/^# \{0,1\}//p' "$0"
}

case "${1:-}" in
    -h | --help)
        usage
        exit 0
        ;;
    "" | -* | */*)
        usage >&2
        exit 2
        ;;
esac
domain=$1

cd "$(dirname "$0")"
# Others on this machine cannot enter the folder. The files themselves can be read, since each container has its own user
# and finds them at /run/secrets with the rights they have here.
umask 022
mkdir -p secrets
chmod 0700 secrets

made_up() {
    head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

# NAME TEXT: whole or not at all, and only where nothing stands yet.
keep() {
    if [ -s "secrets/$1" ]; then
        return
    fi
    printf '%s\n' "$2" >"secrets/.$1.new"
    mv -f "secrets/.$1.new" "secrets/$1"
    chmod 0644 "secrets/$1"
}

for name in secret_key postgres_password bot_webhook_secret metrics_token; do
    keep "$name" "$(made_up)"
done
keep database_url "postgres://provodnik:$(cat secrets/postgres_password)@postgres:5432/provodnik"
if [ ! -s secrets/valkey_conf ]; then
    password=$(made_up)
    rm -f secrets/redis_url
    keep redis_url "redis://:$password@valkey:6379/0"
    keep valkey_conf "bind * -::*
dir /data
requirepass $password
# A queue must not forget: each second's changes are on the disk, and nothing is thrown out.
appendonly yes
appendfsync everysec
save \"\"
maxmemory-policy noeviction"
fi

empty=()
while read -r name; do
    [ -e "secrets/$name" ] || install -m 0644 /dev/null "secrets/$name"
    [ -s "secrets/$name" ] || empty+=("$name")
done < <(sed -n 's|^  \([a-z0-9_]*\): {file: \./secrets/.*|\1|p' compose.yaml)

if [ ! -e .env ]; then
    cat >.env <<END
# Settings that are no secret, NAME=value: any of .env.example. Secrets stand in secrets/, one a file.
DOMAIN=$domain
# The panel that gives access; its token stands in secrets/remnawave_api_token.
REMNAWAVE_BASE_URL=
# By whom customers pay, and the number of the shop there; its secret stands in secrets/oneplat_shop_secret.
PAYMENT_PROVIDERS=oneplat
ONEPLAT_SHOP_ID=
# The public key of backups (docs/backups.md); the folder is the volume "backups" unless it is s3://bucket/prefix.
#BACKUP_RECIPIENT=
#BACKUP_TO=/var/backups/provodnik
END
    chmod 0600 .env
elif ! grep -qx "DOMAIN=$domain" .env; then
    echo "deploy/.env has another DOMAIN than $domain: change it there" >&2
    exit 1
fi

echo "made: deploy/secrets/ and deploy/.env"
echo "still empty in deploy/secrets/; fill in those of the services you use: ${empty[*]}"
echo "nothing starts without bot_token, the panel and whoever takes the money: what lacks is said by"
echo "    docker compose -f deploy/compose.yaml logs migrate"
