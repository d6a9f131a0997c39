# `make demo` and `make test` install what is missing, build, and run. The other targets are parts of them,
# or longer runs.

SHELL := /bin/bash
DEMO_RECORDING := tests/fixtures/shop-checkout.json
PLAYER := player-assets/dist/player.js
PLAYER_SOURCES := $(wildcard player-assets/src/*) player-assets/build.mjs player-assets/package-lock.json
REPLAYCAST := target/release/replaycast

.PHONY: demo test check bench idle-hour sizes sameness fidelity live players max-size fuzz bless install player recordings clean

## Render a bundled recording to demo.mp4
demo: install $(PLAYER)
	cargo build --release --locked
	$(REPLAYCAST) render $(DEMO_RECORDING) -o demo.mp4 --force
	@ffprobe -v error -show_entries format=duration,size -of default=noprint_wrappers=1 demo.mp4
	@echo "The video is $(CURDIR)/demo.mp4"

## Every check that a change must pass
test: install check
	cargo test --locked

## Formatting, lints and types, of Rust and of the player
check: install $(PLAYER)
	cargo fmt --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	cargo clippy --locked --all-targets -- -D warnings
	cd player-assets && npm run --silent check
	player-assets/node_modules/.bin/eslint --config player-assets/eslint.config.js benches scripts

## Measure against the method that PostHog publishes, on the recordings at hand: hours; BENCH=--quick: minutes
bench: install $(PLAYER) benches/peer/node_modules/.package-lock.json
	cargo build --release --locked
	benches/run.mjs --program $(REPLAYCAST) $(BENCH)

benches/peer/node_modules/.package-lock.json: benches/peer/package-lock.json
	cd benches/peer && PUPPETEER_SKIP_DOWNLOAD=1 npm ci --no-fund --no-audit --loglevel=error
	@touch $@

## Measure what an idle hour adds to a recording: ten minutes; IDLE_HOUR="--runs 3": a part
idle-hour: install $(PLAYER)
	cargo build --release --locked
	benches/idle-hour.mjs --program $(REPLAYCAST) $(IDLE_HOUR)

## Hold the sizes of our videos against the peer's at the same likeness: a minute for each recording; SIZES="steel --codecs av1": a part
sizes: install $(PLAYER)
	cargo build --release --locked
	benches/sizes.mjs --program $(REPLAYCAST) $(SIZES)

## Hold the pictures of renders that must be the same against each other: hours; SAMENESS="steel --hogs 2": a part
sameness: install $(PLAYER)
	cargo build --release --locked
	scripts/sameness.mjs --program $(REPLAYCAST) $(SAMENESS)

## Play each format in Chromium, and compare what it shows with the frames: minutes; PLAYERS="gif webm": a part
players: install $(PLAYER)
	cargo build --release --locked
	scripts/players.mjs --program $(REPLAYCAST) $(PLAYERS)

## Render all under 15 minutes with --max-size, and say what was lowered for it: minutes; MAX_SIZE="steel --limits 50KB": a part
max-size: install $(PLAYER)
	cargo build --release --locked
	scripts/max-size.mjs --program $(REPLAYCAST) $(MAX_SIZE)

## Hold renders against rrweb's own player in an ordinary Chromium: half an hour; FIDELITY="steel --samples 50": a part
fidelity: install $(PLAYER)
	cargo build --release --locked
	benches/fidelity/run.mjs --program $(REPLAYCAST) $(FIDELITY)

## Hold renders against the pages themselves, of libraries of user interfaces: minutes; LIVE="antd --pictures live": a part
live: install $(PLAYER) benches/live/node_modules/.package-lock.json
	cargo build --release --locked
	benches/live/run.mjs --program $(REPLAYCAST) $(LIVE)

benches/live/node_modules/.package-lock.json: benches/live/package-lock.json
	cd benches/live && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

## Look for recordings that break reading, 10 minutes (FUZZ_SECONDS) for each of the targets in fuzz/
fuzz: install $(PLAYER)
	@scripts/install g++
	scripts/fuzz

## Take today's pictures as the golden ones
bless: install $(PLAYER)
	BLESS=1 cargo test --locked --test goldens

## The Debian packages and npm modules that are missing
install:
	@scripts/install

player: install $(PLAYER)

$(PLAYER): player-assets/node_modules/.package-lock.json $(PLAYER_SOURCES)
	cd player-assets && npm run --silent build

player-assets/node_modules/.package-lock.json: player-assets/package-lock.json
	cd player-assets && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

## Record the bundled recordings anew
recordings: install player-assets/node_modules/.package-lock.json
	cd player-assets && npm run record

clean:
	cargo clean
	rm -rf fuzz/target
	rm -rf player-assets/dist player-assets/node_modules benches/peer/node_modules benches/live/node_modules demo.mp4
