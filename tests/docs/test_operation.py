"""The pages for whoever runs it are whole: kinds of alerts, values of the chart, links."""

import json
import re
from pathlib import Path

import pytest
from local_stack.cache import ROOT

from query_service import detectors

PAGES = [ROOT / "docs/runbook.md", ROOT / "docs/kubernetes.md", ROOT / "helm/UPGRADING.md"]


def test_the_runbook_says_what_each_alert_means() -> None:
    kinds = {path.parent.name for path in Path(detectors.__path__[0]).glob("*/find.sql")}
    table = PAGES[0].read_text().partition("## What each alert means")[2]
    told = {link for line in re.findall(r"^\| \[.*", table, re.M) for link in linked(line)}
    assert told == {f"detectors/{kind}.md" for kind in kinds}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [
        target for target in linked(page.read_text()) if not (page.parent / target).exists()
    ] == []


def test_values_that_are_named_exist() -> None:
    """As `kafka.mode`: the first part is one of the values of the chart."""
    schema = json.loads((ROOT / "helm/values.schema.json").read_text())
    groups = "|".join(schema["properties"])
    for page in PAGES:
        for path in re.findall(rf"`((?:{groups})(?:\.[a-zA-Z]+)+)", page.read_text()):
            place = schema
            for name in path.split("."):
                assert name in place["properties"], f"{page.name}: {path}"
                place = place["properties"][name]
                place = (
                    schema["$defs"][place["$ref"].rpartition("/")[2]] if "$ref" in place else place
                )


def linked(text: str) -> list[str]:
    """The files that a text links to."""
    return [one for one in re.findall(r"\]\(([^)#]+)", text) if "://" not in one]
