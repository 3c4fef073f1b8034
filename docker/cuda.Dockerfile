# langsong on an NVIDIA GPU, from a checkout. As it stands, the stack that users of Sambert images have: CUDA 11.8,
# Python 3.10, torch 2.0.1. A current one (driver 580 or newer):
#   docker build -f docker/cuda.Dockerfile -t langsong:cuda13 \
#     --build-arg CUDA=13.0.2-base-ubuntu24.04 --build-arg CHANNEL=cu130 \
#     --build-arg TORCH='torch>=2.12' --build-arg NUMPY='numpy>=2' .
#   docker run --gpus all -p 7860:7860 -v ./output:/app/output langsong:cuda13
# torch's wheels bring CUDA's libraries and cuDNN, so the base image needs no second copy of them.
ARG CUDA=11.8.0-base-ubuntu22.04

FROM nvidia/cuda:${CUDA} AS build
ARG CHANNEL=cu118
ARG TORCH=torch==2.0.1
# torch before 2.3 was built for NumPy 1
ARG NUMPY=numpy<2
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3-venv
WORKDIR /src
COPY pyproject.toml README.md LICENSE THIRD_PARTY.md ./
COPY src src
RUN python3 -m venv /opt/langsong \
 && /opt/langsong/bin/pip install --no-cache-dir --no-compile "$TORCH" "$NUMPY" \
    --index-url "https://download.pytorch.org/whl/$CHANNEL" --extra-index-url https://pypi.org/simple \
 && /opt/langsong/bin/pip install --no-cache-dir --no-compile "$NUMPY" '.[serve,torch,modelscope]' \
 && /opt/langsong/bin/python -m pip uninstall --yes --quiet setuptools pip

FROM nvidia/cuda:${CUDA}
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
    LANGSONG_HOST=0.0.0.0 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /app
USER 10001
EXPOSE 7860
VOLUME ["/app/data", "/app/output"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
  CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
CMD ["langsong", "serve", "--device", "cuda"]
