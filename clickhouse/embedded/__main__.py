"""`python -m clickhouse.embedded`: start the embedded ClickHouse."""

import ipaddress
import os
import sys
from pathlib import Path

import click

from clickhouse.embedded import gunicorn_conf
from clickhouse.embedded.lock import AlreadyOwned, own
from clickhouse.embedded.settings import Settings


@click.command()
@click.option("--path", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--port", required=True, type=click.IntRange(1, 65535))
@click.option("--listen", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--threads", default=16, show_default=True, type=click.IntRange(1, 256))
def main(path: Path, port: int, listen: str, threads: int) -> None:
    """Serve the data under PATH through ClickHouse's HTTP interface."""
    settings = Settings()
    if not _is_loopback(listen) and not (
        settings.password.get_secret_value() and settings.reader_password.get_secret_value()
    ):
        raise click.ClickException(
            f"to listen on {listen}, which other machines may reach, set CLICKHOUSE_PASSWORD "
            "(user default) and CLICKHOUSE_READER_PASSWORD (user reader)"
        )
    path = path.resolve()
    if set(str(path)) & set("?&<>'"):
        raise click.ClickException(f"chDB cannot open a path with one of ? & < > ' in it: {path}")
    try:
        own(path).release()
    except AlreadyOwned as error:
        raise click.ClickException(f"embedded ClickHouse: {error}") from None
    host = f"[{listen}]" if ":" in listen else listen
    os.execv(
        sys.executable,
        [sys.executable, "-m", "gunicorn", "--config", str(gunicorn_conf.__file__)]
        + ["--bind", f"{host}:{port}", "--threads", str(threads)]
        + [f"clickhouse.embedded.app:create_app({str(path)!r})"],
    )


def _is_loopback(listen: str) -> bool:
    if listen == "localhost":
        return True
    try:
        return ipaddress.ip_address(listen).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    main()
