# replaycast with its browser, FFmpeg's libraries and fonts. Chrome's sandbox needs user namespaces: see the README.
FROM node:20-bookworm-slim AS player
WORKDIR /player-assets
COPY player-assets/package.json player-assets/package-lock.json player-assets/.npmrc ./
RUN npm ci
COPY player-assets/ ./
RUN npm run build

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libclang-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /replaycast
COPY Cargo.toml Cargo.lock build.rs ./
COPY assets/ assets/
COPY src/ src/
COPY --from=player /player-assets/dist/ player-assets/dist/
RUN cargo build --release --locked

FROM debian:12.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
    chromium chromium-headless-shell xvfb fonts-liberation fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
    libavcodec59 libavformat59 libavutil57 libswscale6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 replaycast
COPY --from=build /replaycast/target/release/replaycast /usr/local/bin/replaycast
USER replaycast
WORKDIR /work
ENTRYPOINT ["replaycast"]
