# langsong 朗诵: what one does in a checkout. `make help` lists it.
PYTHON ?= python3
VENV   ?= .venv
# The tests want one exact torch: a range would take the newest build on the index, which carries gigabytes of
# CUDA libraries that no test uses, while an exact version can come from a CPU build that pip finds locally.
TORCH  ?= torch==2.13.0
# The suite is many small models: processes side by side, one thread each; more only wait for each other.
THREADS ?= 1
PROCESSES ?= 2
PYTEST_ARGS ?=
# For `make soak`.
REQUESTS ?= 10000
# For `make voice`.
RUN ?=

BIN   := $(VENV)/bin
VOICE := src/langsong/voices/langsong
# What is set up, and when: a second `make test` installs nothing.
BASE  := $(VENV)/.langsong-base
DEV   := $(VENV)/.langsong-dev
DOCS  := $(VENV)/.langsong-docs

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench expressiveness accuracy voice wheel docs image release soak clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BASE): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --editable '.[serve]'
	@touch $@

# pip knows dependency groups since 25.1. torch comes first and alone, so that nothing else chooses its version.
$(DEV): pyproject.toml | $(BASE)
	$(BIN)/pip install --quiet '$(TORCH)'
	$(BIN)/pip install --quiet --editable '.[all]' --group dev
	@touch $@

$(DOCS): pyproject.toml | $(BASE)
	$(BIN)/pip install --quiet --group docs
	@touch $@

run: $(BASE) ## Set up, speak a demo into output/ and print the paths, then serve the studio on port 7860. No torch.
	$(BIN)/langsong demo -o output
	$(BIN)/langsong serve --studio

test: $(DEV) ## Set up with torch and the development tools, run the fast test suite.
	OMP_NUM_THREADS=$(THREADS) $(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile $(PYTEST_ARGS)

check: $(DEV) ## Lint, formatting, types and import contracts.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint docker/*.Dockerfile

bench: $(BASE) ## Measure speed, latency and memory here.
	$(BIN)/langsong bench

expressiveness: $(DEV) ## Measure what emotions do to prosody, timbre and intelligibility, into output/.
	$(BIN)/langsong expressiveness -o output

soak: $(DEV) ## Ask a server 10 000 mixed requests and let things go wrong: make soak REQUESTS=N. Half an hour and more.
	SOAK_REQUESTS=$(REQUESTS) $(BIN)/python -m pytest tests/soak -m '' --log-cli-level=INFO $(PYTEST_ARGS)

accuracy: $(BASE) ## Count how much is read right: ../shared/data/text and our own tables.
	$(BIN)/langsong accuracy

wheel: $(DEV) ## Build dist/*.whl.
	$(BIN)/python -m build --wheel --outdir dist

docs: $(DOCS) ## Build the documentation in both languages into site/, strictly.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

image: ## Build and try the CPU image without Docker; root, debootstrap, a few minutes.
	$(PYTHON) scripts/image_check.py --work $(or $(WORK),/var/tmp/langsong-image)

# Archives, the suite from the sdist, a sentence on every Python, licences of everything, the image.
release: $(DEV) $(DOCS) ## Make dist/ and check all that a release needs; an hour.
	rm -rf dist build/release
	$(BIN)/pip install --quiet --group release
	$(BIN)/python -m build --outdir dist
	mkdir -p build/release/sdist
	tar -xzf dist/langsong-*.tar.gz -C build/release/sdist --strip-components 1
	cd build/release/sdist && PYTHONPATH=src OMP_NUM_THREADS=$(THREADS) $(abspath $(BIN))/python -m pytest -n $(PROCESSES) --dist loadfile $(PYTEST_ARGS)
	$(BIN)/python scripts/release_check.py
	$(PYTHON) -m venv build/release/all
	build/release/all/bin/pip install --quiet '$(TORCH)'
	build/release/all/bin/pip install --quiet "$$(ls dist/langsong-*.whl)[all]"
	$(BIN)/python scripts/licences.py --environment build/release/all/bin/python --output dist
	$(MAKE) docs image

voice: $(DEV) ## Make the embedded voice of a training run, acoustic or fast: make voice RUN=<its folder>
	@test -n '$(RUN)' || { echo 'say RUN=<folder of a training run>'; exit 2; }
	rm -rf $(dir $(VOICE)).$(notdir $(VOICE)).new
	$(BIN)/langsong train export '$(RUN)' $(dir $(VOICE)).$(notdir $(VOICE)).new --with langsong \
	  --card recipes/embedded/card.yaml --precision float16
	rm -rf $(VOICE)
	mv $(dir $(VOICE)).$(notdir $(VOICE)).new $(VOICE)

clean: ## Delete what was built and cached; .venv stays.
	rm -rf build dist site output .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
