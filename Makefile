# Every target is a script in scripts/; `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help preview test test-site lint format site screenshots real-data benchmark

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

preview: ## evaluate the sample suppliers without an ERP, as a web page (ARGS="DIR --template FILE ...")
	@scripts/preview.sh $(ARGS)

test: ## all tests: unit, and on a bench with ERPNext those on a real site and in a browser
	@scripts/test.sh

test-site: ## site tests while developing: PR_SITE=my.localhost ARGS="tests/site/test_x.py -k name"
	@scripts/test_site.sh $(ARGS)

lint: ## ruff, prettier, and the rules of the Frappe marketplace
	@scripts/lint.sh

format: ## format Python and JavaScript as `make lint` wants it
	@scripts/lint.sh --fix

site: ## build a complete ERPNext site with the app and demo data to try it on
	@scripts/site.sh

screenshots: ## remake the README's pictures of the real Desk
	@scripts/screenshots.sh

real-data: ## load 10,324 real deliveries through ERPNext's API and compare (half an hour)
	@scripts/real_data.sh $(ARGS)

benchmark: ## the ratios of the README's table, on a disposable site
	@scripts/benchmark.sh $(ARGS)
