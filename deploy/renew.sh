#!/usr/bin/env bash
# Puts the code in this folder into the containers of deploy/compose.yaml while they go on answering:
#   deploy/renew.sh [--pull]
# `docker compose up` alone would stop all of them before it starts the first one. --pull takes a newer Debian too.
# PostgreSQL, Valkey and the proxy stay as they are, unless `docker compose pull` has brought newer ones: these pause.
set -euo pipefail

case "${1:-}" in
    "" | --pull) ;;
    *)
        sed -n '2,5s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
esac
cd "$(dirname "$0")"

compose() {
    docker compose --file compose.yaml "$@"
}

compose build "$@"
echo "migrations, beside the old processes"
compose up --detach migrate
if [ "$(docker wait "$(compose ps --all --quiet migrate)")" != 0 ]; then
    compose logs migrate >&2
    echo "the migrations failed: nothing else was replaced, the old processes go on" >&2
    exit 1
fi
for one in web1 web2; do
    echo "$one, while the other one answers"
    compose up --detach --wait "$one"
done
echo "the others"
compose up --detach --wait
