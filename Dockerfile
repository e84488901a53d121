# One image for web, worker, beat and bot: only the command differs.
#   docker build -t provodnik .
#   docker run --env-file .env -p 127.0.0.1:8000:8000 provodnik

FROM python:3.12-slim AS build
WORKDIR /build
COPY dev ./
COPY devtools devtools
COPY requirements requirements
# The production layer of the one lock, each package by its hash.
RUN python3 dev requirements production > production.txt \
    && python3 -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r production.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=project.settings.production \
    STATIC_ROOT=/app/static-files
RUN useradd --system --uid 10001 --user-group --home-dir /app provodnik
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# Static files need no secrets and no services; these values exist for this one command.
RUN SECRET_KEY=build ALLOWED_HOSTS=build PUBLIC_URL=https://build DATABASE_URL=postgres://build REDIS_URL=redis://build \
    python manage.py collectstatic --no-input --verbosity 0
USER provodnik
EXPOSE 8000
# Probes: web answers /health/live; worker, mailer, beat and bot are seen in /health/ready of web. Other commands of this image:
# worker: celery --quiet -A project worker -Q money,access,messages,celery -c 2 --without-gossip --without-mingle
# mailer: celery --quiet -A project worker -Q bulk -P threads -c 4 -n mailer@%h --without-gossip --without-mingle
# beat:   celery --quiet -A project beat -s /tmp/beat --pidfile=
# bot:    python manage.py runbot
CMD ["granian", "--interface", "wsgi", "project.wsgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "8", "--log-config", "project/granian.json"]
