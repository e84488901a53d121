# One image for web, the workers, mailer, beat, bot and manage.py: only the command differs, deploy/compose.yaml has them
# all (docs/containers.md). Nothing is written but to /tmp, /var/lib/provodnik and /var/lib/provodnik-beat.
#
# Debian and its own Python: the same as on a server of deploy/install.sh, mended by the same updates
# (deploy/renew.sh --pull). Built, started and looked at by ./dev prove image.

FROM debian:13-slim AS base
# What the programs below need of the system; the roots of trust are for mail servers and the backups' store.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 libpq5 libreadline8t64 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
ENV PATH=/venv/bin:${PATH} \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=project.settings.production \
    STATIC_ROOT=/app/static-files

FROM base AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-17
WORKDIR /build
COPY dev ./
COPY devtools devtools
COPY requirements requirements
COPY vendor vendor
# The production layer of the one lock, each package by its hash, as wheels: but docopt has none, and is made one here by
# the lock's own setuptools. pip runs from its wheel and stays behind.
RUN python3 dev requirements production > production.txt \
    && awk '/^[a-z]/ { from_source = /^docopt==/ } { print > (from_source ? "source.txt" : "wheels.txt") }' production.txt \
    && python3 -m venv --without-pip /venv \
    && install="/venv/bin/python $(echo vendor/pip-*.whl)/pip install --no-cache-dir --no-compile --no-deps --require-hashes" \
    && $install --only-binary :all: -r wheels.txt \
    && $install --no-build-isolation -r source.txt \
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /venv/lib
WORKDIR /app
COPY . .
# Everybody may read all of it, whatever this machine's rights are, and nobody write.
# Static files need no secrets and no services: these values exist for this one command.
RUN rm -r dev devtools requirements vendor \
    && SECRET_KEY=build ALLOWED_HOSTS=build PUBLIC_URL=https://build DATABASE_URL=postgres://build REDIS_URL=redis://build \
       python manage.py collectstatic --no-input --verbosity 0 \
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /app \
    && chmod -R a+rX,go-w /app

FROM base
LABEL org.opencontainers.image.title="Provodnik" \
      org.opencontainers.image.description="Subscriptions sold in Telegram, and a registry of partner companies" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --system --gid 10001 provodnik \
    && useradd --system --uid 10001 --gid provodnik --no-create-home --home-dir /nonexistent provodnik \
    && install -d -o provodnik -g provodnik -m 0750 \
       /var/lib/provodnik /var/lib/provodnik/media /var/lib/provodnik-beat /var/backups/provodnik
# Debian's package of these three would bring all of Perl for a wrapper. They work with servers up to 17.
COPY --from=build /usr/lib/postgresql/17/bin/pg_dump /usr/lib/postgresql/17/bin/pg_restore /usr/lib/postgresql/17/bin/psql /usr/local/bin/
COPY --from=build /venv /venv
COPY --from=build /app /app
# What doctor and error reports call this build: RELEASE=… deploy/renew.sh
ARG RELEASE=
ENV RELEASE=${RELEASE} \
    MEDIA_ROOT=/var/lib/provodnik/media \
    PULSE_PATH=/tmp/pulse
WORKDIR /app
USER provodnik
VOLUME ["/var/lib/provodnik", "/var/lib/provodnik-beat"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=20s --start-period=120s --retries=2 CMD ["/app/deploy/healthy"]
CMD ["granian", "--interface", "wsgi", "project.wsgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "1", "--blocking-threads", "8", "--workers-kill-timeout", "5", "--log-config", "project/granian.json"]
