# Gongkai (公开): everything a person types. Needs Python 3.11+ and make; the rest is fetched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
STAMP := $(VENV)/.installed
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help demo up down status test check format bench artifacts lock clean

help: ## 显示本说明 / show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1	/' | awk -F'	' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: artifacts ## 安装全部所需，启动平台并载入演示内容 / install, start, load the demo story
	@$(BIN)/python -m deploy.embedded demo

up: artifacts ## 启动空平台，数据保留在 var/ / start an empty platform that keeps its data
	@$(BIN)/python -m deploy.embedded up

down: $(RUNTIME) ## 停止平台 / stop it
	@$(BIN)/python -m deploy.embedded down

status: $(RUNTIME) ## 各进程状态 / what is running
	@$(BIN)/python -m deploy.embedded status

test: $(STAMP) artifacts ## 运行全部测试，说明跳过了什么 / run every test this machine can run
	$(BIN)/python -m pytest $(ARGS)

check: $(STAMP) ## 格式、规范、类型、依赖方向、文件大小 / format, lint, types, imports, sizes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.architecture.sizes

format: $(STAMP) ## 自动整理格式 / format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(STAMP) artifacts ## 性能测试 / measure
	$(BIN)/python -m benchmarks $(ARGS)

artifacts: $(RUNTIME) ## 下载并校验数据库、消息服务和网页资源 / fetch what is not a wheel
	@$(BIN)/python -m deploy.artifacts

INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-input --require-hashes
COMPILE := build/lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock: ## 由 requirements*.in 重新生成 requirements.lock（UPGRADE=--upgrade 升级）/ pin versions and hashes
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install -q uv
	cp requirements.lock build/all.lock
	$(COMPILE) requirements.in requirements-dev.in -o build/all.lock $(UPGRADE)
	$(COMPILE) requirements.in -c build/all.lock -o build/runtime.lock
	$(PYTHON) -m deploy.lock build/all.lock build/runtime.lock

clean: ## 删除虚拟环境和缓存（不删数据）/ remove the environment and caches, never data
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(RUNTIME): requirements.lock
	@echo "安装 Python 依赖（首次约 160 MB，之后使用缓存）……"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更高版本")'
	@$(BIN)/python -m deploy.lock > $(VENV)/runtime.lock
	@$(INSTALL) -r $(VENV)/runtime.lock
	@touch $@

$(STAMP): $(RUNTIME)
	@echo "安装测试所需的 Python 依赖（首次约 210 MB，之后使用缓存）……"
	@$(INSTALL) -r requirements.lock
	@touch $@
