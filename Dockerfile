# syntax=docker/dockerfile:1
# Civil Tongue in a container: `docker compose up -d`, or see compose.yaml for what it needs.
FROM python:3.12-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/civil-tongue
ENV PATH=/opt/civil-tongue/bin:$PATH

# The CPU build of PyTorch first (about 200 MB): the one from PyPI would bring 3 GB of CUDA.
RUN pip install torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu

WORKDIR /src
COPY pyproject.toml README.md LICENSE config.yaml ./
COPY bot ./bot
RUN pip install .


FROM python:3.12-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin civil-tongue \
    && install --directory --owner=civil-tongue --mode=0700 /data
COPY --from=build /opt/civil-tongue /opt/civil-tongue
ENV PATH=/opt/civil-tongue/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HOME=/data/models \
    XDG_CACHE_HOME=/data/cache

USER civil-tongue
WORKDIR /data
VOLUME /data

# Exits with 1 while the bot is not connected or only flags. The first start loads the model.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-m", "bot", "health", "--data", "/data"]

# What the bot has begun takes it up to 10 s to end.
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run", "--data", "/data", "--log-format", "json"]
