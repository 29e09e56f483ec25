# syntax=docker/dockerfile:1

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

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
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
COPY --from=front-end /app/node_modules ./node_modules
COPY . .
# Collected once, while the image is built; the key is thrown away with the layer's process.
RUN mkdir -p var/evidence var/audit \
    && SECRET_KEY=only-while-building python manage.py collectstatic --no-input \
    && chown -R portal var
USER portal
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
    CMD ["python", "-m", "deploy_portal.embedded.health", "http://127.0.0.1:8000/"]
CMD ["uvicorn", "deploy_portal.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--lifespan", "on", "--timeout-graceful-shutdown", "5", "--no-access-log", \
     "--no-proxy-headers"]
