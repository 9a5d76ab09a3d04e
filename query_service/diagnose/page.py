"""docs/detectors: a page for each kind of finding, made of its declaration.

`python -m query_service.diagnose.page` writes them anew.
"""

from pathlib import Path

from query_service.diagnose.declaration import Declaration, declarations

PAGES = Path(__file__).parents[2] / "docs" / "detectors"


def page(one: Declaration) -> str:
    """The page of a kind, as markdown."""
    parts = [
        f"# {one.kind}",
        f"Severity {one.severity}. Told as: *{one.title}*",
        one.meaning.strip(),
        "## How to mend it",
        "\n".join(f"{number}. {fix}" for number, fix in enumerate(one.fixes, 1)),
        "## How to verify it",
        "```bash\n" + "\n".join(one.verify) + "\n```",
    ]
    if one.explains:
        linked = ", ".join(f"[{kind}]({kind}.md)" for kind in sorted(one.explains))
        whom = "of all its agents" if one.concerns == "all" else "of the agent at fault"
        parts.append(f"It may be the cause of {linked} {whom}, of its tasks, or of who waits.")
    if one.thresholds:
        rows = [
            f"| `{one.setting(name)}` | {told.default:g} | {told.unit} | {told.why} |"
            for name, told in one.thresholds.items()
        ]
        head = "| setting | default | unit | why |\n|---|---|---|---|\n"
        parts += ["## What it decides by", head + "\n".join(rows)]
    parts.append(f"The question: [find.sql](../../query_service/detectors/{one.kind}/find.sql)")
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The page that names all of them."""
    rows = [
        f"| [{one.kind}]({one.kind}.md) | {one.severity} | {one.meaning.strip().split('. ')[0]}. |"
        for one in declarations().values()
    ]
    head = "# Findings\n\n| kind | severity | what |\n|---|---|---|\n"
    return head + "\n".join(rows).replace("\n\n", " ").replace("..", ".") + "\n"


def pages() -> dict[str, str]:
    """The text of each page by the name of its file."""
    made = {f"{kind}.md": page(one) for kind, one in declarations().items()}
    return {**made, "README.md": index()}


def write() -> None:
    """Write all of them."""
    PAGES.mkdir(exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text)


if __name__ == "__main__":
    write()
