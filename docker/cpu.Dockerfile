# langsong on a CPU, from a checkout:
#   docker build -f docker/cpu.Dockerfile -t langsong .
#   docker run -p 7860:7860 -v ./output:/app/output langsong
# docs/containers.md explains it; scripts/image_check.py runs these steps where there is no Docker.
ARG DEBIAN=bookworm-slim

FROM debian:${DEBIAN} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3-venv
WORKDIR /src
COPY pyproject.toml README.md LICENSE THIRD_PARTY.md ./
COPY src src
RUN python3 -m venv /opt/langsong \
 && /opt/langsong/bin/pip install --no-cache-dir --no-compile '.[serve]'
# What nobody runs here: the runtime's plugins for other devices and its readers of other formats, Gradio's pages for
# Node and its downloader, tests, pip itself.
WORKDIR /opt/langsong/lib
RUN rm -r python3*/site-packages/openvino/libs/{cache.json,libopenvino_intel_{gpu,npu}_plugin.so} \
    python3*/site-packages/openvino/libs/libopenvino_{tensorflow,tensorflow_lite,pytorch,paddle,jax}_frontend.so* \
    python3*/site-packages/{pandas,numpy}/tests python3*/site-packages/numpy/*/tests \
    python3*/site-packages/gradio/templates/node \
 && /opt/langsong/bin/python -m pip uninstall --yes --quiet hf-xet setuptools pip \
 && find . -name __pycache__ -prune -exec rm -r {} +

FROM debian:${DEBIAN}
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && useradd --uid 10001 --home-dir /app/data langsong \
 && install --directory --mode 1777 /app/data /app/output
COPY --from=build /opt/langsong /opt/langsong
# Reachable from outside of the container; everywhere else the server listens on its own machine alone.
ENV PATH=/opt/langsong/bin:$PATH \
    HOME=/app/data \
    LANGSONG_HOME=/app/data \
    LANGSONG_HOST=0.0.0.0
WORKDIR /app
USER 10001
EXPOSE 7860
VOLUME ["/app/data", "/app/output"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
  CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
CMD ["langsong", "serve"]
