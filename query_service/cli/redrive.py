"""`agent-telemetry redrive`: send tasks again that were lost, expired or poisoned."""

from pathlib import Path
from typing import Any, get_args

import click
import httpx

from query_service.errors import Unavailable
from query_service.schemas.redrive import Trouble
from query_service.settings import settings

_COLUMNS = ("message_id", "state", "sent_at", "source", "queue", "outcome")


@click.command()
@click.argument("message_ids", nargs=-1)
@click.option(
    "--trouble",
    multiple=True,
    type=click.Choice(get_args(Trouble)),
    help="Instead of ids: open tasks in this trouble; may be given several times.",
)
@click.option("--agent", help="With --trouble: only tasks of this agent.")
@click.option("--source", help="With --trouble: only tasks from this agent.")
@click.option("--since", help="With --trouble: only sent from then on: ISO 8601, or 15m.")
@click.option("--until", help="With --trouble: only sent before then.")
@click.option("--limit", default=100, show_default=True, help="Most tasks, at most 1000.")
@click.option("--target", help="Another agent, to whose queue they are sent.")
@click.option("--again", is_flag=True, help="Also what was answered, sent again, or waits.")
@click.option("--send", is_flag=True, help="Send them; without it nothing is sent.")
@click.option("--url", help="The query service.  [default: port QUERY_PORT of this machine]")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with an operator's key of the query service.",
)
def redrive(
    message_ids: tuple[str, ...],
    trouble: tuple[str, ...],
    limit: int,
    target: str | None,
    again: bool,
    send: bool,
    url: str | None,
    key_file: Path | None,
    **narrower: str | None,
) -> None:
    """Tell which tasks would be sent again, or send them: those of MESSAGE_IDS or in a --trouble.

    \b
    agent-telemetry redrive --trouble expired --agent coder
    agent-telemetry redrive --trouble expired --agent coder --send

    Ends with 1 when one was refused or not confirmed.
    """
    given = {name: text for name, text in narrower.items() if text is not None}
    if bool(message_ids) == bool(trouble) or (message_ids and given):
        raise click.UsageError("Give either MESSAGE_IDS, or --trouble and what narrows it.")
    chosen: dict[str, Any] = {"message_ids": list(message_ids)}
    if trouble:
        chosen = {"filter": {"trouble": list(dict.fromkeys(trouble)), **given}}
    asked = {**chosen, "limit": limit, "again": again, "dry_run": not send}
    asked |= {"target": target} if target else {}
    told = _post(url or f"http://127.0.0.1:{settings().query_port}", asked, key_file)
    click.echo(_table(told))
    if told["refused"] or told["unconfirmed"]:
        raise SystemExit(1)


def _post(address: str, asked: dict[str, Any], key_file: Path | None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key_file.read_text().strip()}"} if key_file else {}
    try:
        answer = httpx.post(f"{address}/api/v1/redrive", json=asked, headers=headers, timeout=120)
    except httpx.ConnectError as error:
        raise Unavailable(f"No query service answers at {address}: is it running?") from error
    except httpx.TransportError as error:
        raise Unavailable(
            f"The query service at {address} did not answer ({type(error).__name__}): what it has "
            "sent is in `redrives` of /api/v1/handoffs/MESSAGE_ID"
        ) from error
    if answer.is_error:
        raise click.ClickException(f"{answer.status_code}: {answer.text}")
    told: dict[str, Any] = answer.json()
    return told


def _table(told: dict[str, Any]) -> str:
    """A line for each task, why not, and the totals."""
    rows = [_COLUMNS, *([_cell(one[name]) for name in _COLUMNS] for one in told["messages"])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    for number, one in enumerate(told["messages"], 1):
        notes = [f"as {one['new_message_id']}"] if one["new_message_id"] else []
        notes += [_cell(one[name]) for name in ("reason", "warning") if one[name]]
        lines[number] += "".join(f"\n    {note}" for note in notes)
    done = {name: told[name] for name in ("would_send", "sent", "refused", "unconfirmed", "left")}
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in done.items() if count)
    queues = ", ".join(f"{count} to {queue}" for queue, count in told["queues"].items())
    lines += ["", f"{told['matched']} chosen: {counts or 'nothing to do'}"]
    lines += [queues] if queues else []
    lines += ["Nothing was sent: --send does it"] if told["would_send"] else []
    return "\n".join(lines)


def _cell(value: object) -> str:
    """A text of somebody else's without what a terminal would obey."""
    text = "-" if value is None else str(value)
    return "".join(one if one.isprintable() else "?" for one in text)
