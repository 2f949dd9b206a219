# syntax=docker/dockerfile:1.7
# Pipeline and Dagster UI in one image: see compose.yaml and docs/operations.md. A test compares the versions with the lock.

FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:3.11.14-slim-bookworm AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
# Packages in a layer of their own, which changes only with the lock.
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev --group postgres --extra excel --extra mcp --extra s3 --no-install-project
COPY LICENSE README.md ./
COPY sql sql
COPY expectations expectations
COPY docs/sql-cookbook.md docs/sql-cookbook.md
COPY pipeline pipeline
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev --group postgres --extra excel --extra mcp --extra s3 --no-editable

FROM python:3.11.14-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home tension \
    && install --directory --owner tension --group tension /data /articles /backup
COPY --from=build /app/.venv /app/.venv
COPY workspace.yaml /app/workspace.yaml
WORKDIR /app
# All data is in /data and /backup, so the root may be read-only; libraries find a home in /tmp.
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp \
    TENSION_HOME=/data DAGSTER_HOME=/data/dagster DAGSTER_DISABLE_TELEMETRY=true GX_ANALYTICS_ENABLED=false
USER 10001
VOLUME ["/data"]
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/server_info', timeout=5)"]
CMD ["dagster-webserver", "-w", "workspace.yaml", "-h", "0.0.0.0", "-p", "3000"]
