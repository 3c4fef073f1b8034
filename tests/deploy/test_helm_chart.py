"""The Helm chart: with Helm as Helm sees it, and without as far as YAML goes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from langsong.server.settings import ServerSettings

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "langsong"
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
TEMPLATES = sorted((CHART / "templates").glob("*.yaml"))
_HERE = {".Release.Name": "ours", 'include (print $.Template.BasePath "/settings.yaml") . | sha256sum': "0" * 64}


def value(expression: str) -> str:
    """What the few expressions of these templates stand for."""
    if expression in _HERE:
        return _HERE[expression]
    if found := re.fullmatch(r"add (\S+) (\d+)", expression):
        return str(int(value(found[1])) + int(found[2]))
    if found := re.fullmatch(r"(\S+) \| nindent (\d+)", expression):
        return "".join("\n" + " " * int(found[2]) + line for line in value(found[1]).splitlines())
    assert expression.startswith(".Values."), expression
    node: Any = VALUES
    for name in expression.removeprefix(".Values.").split("."):
        node = node[name]
    return str(node)


def rendered(template: Path) -> dict[str, Any]:
    text = re.sub(r"\s*\{\{- (.+?) \}\}", lambda found: value(found[1]), template.read_text(encoding="utf-8"))
    text = re.sub(r"\{\{ (.+?) \}\}", lambda found: value(found[1]), text)
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def test_every_template_is_an_object() -> None:
    kinds = {rendered(template)["kind"] for template in TEMPLATES}
    assert kinds == {"Deployment", "HorizontalPodAutoscaler", "Secret", "Service"}
    for template in TEMPLATES:
        assert rendered(template)["metadata"]["name"].startswith("ours")


def test_pods_are_found() -> None:
    deployment, service = (rendered(CHART / "templates" / f"{name}.yaml") for name in ("deployment", "service"))
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels == service["spec"]["selector"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_settings_are_the_servers(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(rendered(CHART / "templates" / "settings.yaml")["stringData"]["server.toml"], encoding="utf-8")
    settings = ServerSettings.load(file)
    assert settings.workers * (settings.threads or 0) == VALUES["processors"]
    assert settings.drain_s == VALUES["drainSeconds"]


@pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not installed")
def test_helm_lint() -> None:
    ran = subprocess.run(["helm", "lint", "--strict", str(CHART)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
