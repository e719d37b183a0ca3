FROM python:3.13-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/live_polls
COPY requirements/base.txt /tmp/base.txt
RUN /opt/live_polls/bin/pip install --no-deps --require-hashes --only-binary :all: -r /tmp/base.txt

FROM python:3.13-slim-trixie
# pg_dump and pg_restore, for `manage.py backup` and `restore`; not older than the server (17 in docker-compose.yml).
RUN apt-get update \
  && apt-get install --yes --no-install-recommends postgresql-client-17 \
  && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/live_polls/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data
RUN useradd --system --uid 10001 --no-create-home live_polls && install -d -o live_polls -m 0700 /data
COPY --from=build /opt/live_polls /opt/live_polls
# What .dockerignore lets through: code, templates, static files. No secret is ever among it.
COPY . /app
WORKDIR /app
RUN python -m compileall -q project live_polls
USER live_polls
VOLUME /data
EXPOSE 8000
# Ready means that a ballot would be counted: not on its way down, tables up to date, database taking writes.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", \
  "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT') or 8000}/readyz\", timeout=4)"]
# One container, one node on its own volume. exec, so that the server itself gets the signal to stop and tells every
# phone when to come back.
CMD ["sh", "-c", "python manage.py migrate --verbosity 0 && exec python manage.py serve"]
