"""Backups as docs/runbook.md makes them: a full one, one of what came since, and all back again.

In a process of its own: a process has one chDB at most.
"""

import json
import subprocess
import sys
from pathlib import Path

import chdb
from local_stack.cache import ROOT

from clickhouse.migrate import migrations


def test_all_tables_come_back_from_a_full_backup_and_one_of_what_came_since(
    tmp_path: Path,
) -> None:
    told = subprocess.run(
        [sys.executable, __file__, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    before, without, after = (json.loads(line) for line in told.stdout.splitlines())
    assert len(before) > 100
    assert without == {}
    assert after == before
    assert after["schema_migrations"] == 2


def _main(home: Path) -> None:
    backups = home / "backups"
    config = home / "config.xml"
    allowed = f"<backups><allowed_path>{backups}/</allowed_path></backups>"
    config.write_text(f"<clickhouse>{allowed}</clickhouse>")
    connection = chdb.connect(f"{home}/data?config-file={config}")

    def ask(statement: str) -> str:
        return str(connection.query(statement, "TSV"))

    def rows() -> dict[str, int]:
        found = ask(
            "SELECT name, toUInt64(ifNull(total_rows, 0)) FROM system.tables"
            " WHERE database = 'agent_telemetry'"
        )
        return {name: int(n) for name, n in (line.split("\t") for line in found.splitlines())}

    ask("CREATE DATABASE agent_telemetry ENGINE = Atomic")
    ask("USE agent_telemetry")
    ask("CREATE TABLE schema_migrations (number UInt32) ENGINE = MergeTree ORDER BY number")
    for migration in migrations():
        for statement in migration.statements:
            try:
                ask(statement)
            except RuntimeError as error:
                if "is not a View" not in str(error):  # as clickhouse/migrate.py
                    raise
    ask("INSERT INTO schema_migrations VALUES (1)")
    ask(f"BACKUP DATABASE agent_telemetry TO File('{backups}/full')")
    ask("INSERT INTO schema_migrations VALUES (2)")
    since = f"SETTINGS base_backup = File('{backups}/full')"
    ask(f"BACKUP DATABASE agent_telemetry TO File('{backups}/since') {since}")
    print(json.dumps(rows()))
    ask("USE default")
    ask("DROP DATABASE agent_telemetry SYNC")
    print(json.dumps(rows()))
    ask(f"RESTORE DATABASE agent_telemetry FROM File('{backups}/since')")
    print(json.dumps(rows()))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
