"""The schema and the queries for a sharded, replicated cluster, from the text for one server.

Two databases: `<database>_shards` has the rows of a node, replicated; `<database>` has, under the
same names, Distributed tables over them, and every view. So a query is the same on both
(docs/adr/105). What is not known here is refused: a new form of statement has to be thought about.
"""

import re
from dataclasses import dataclass

from clickhouse.sharding import SHARDED_BY

_CREATE_TABLE = re.compile(r"(CREATE (?:TABLE IF NOT EXISTS|OR REPLACE TABLE)) (\w+)\s+(.*)", re.S)
_ENGINE = re.compile(
    r"^ENGINE = (?:(?P<null>Null)|(?P<kind>(?:Replacing|Aggregating)?MergeTree)"
    r"(?:\((?P<arguments>[\w, ]+)\))?)$",
    re.M,
)
_CREATE_VIEW = re.compile(
    r"(CREATE (?:MATERIALIZED VIEW IF NOT EXISTS|VIEW IF NOT EXISTS|OR REPLACE VIEW)) (\w+)\s+"
    r"(?:TO (\w+)\s+)?(AS\s.*)",
    re.S,
)
_ALTER = re.compile(r"ALTER TABLE (\w+)\s+(.*)", re.S)
_DROP = re.compile(r"DROP (VIEW|TABLE) IF EXISTS (\w+)")
_OPTIMIZE = re.compile(r"OPTIMIZE TABLE (\w+) (FINAL CLEANUP)\s*")
_SOURCE = re.compile(r"'(?:[^'\\]|\\.)*'|\b(FROM|(?<!ARRAY )JOIN)(\s+)([a-z]\w*)\b(?!\.)")
# As a time it would come to a shard as a decimal that is too large: a fault of 26.9.
_VIEW_CALL = re.compile(r"\b(?:FROM|JOIN) \w+\((?:[^()]|\([^()]*\))*\)")
_TIME_ARGUMENT = re.compile(r"(\w+ = )(\{\w+:DateTime64\([^()]*\)\})")
_SYSTEM = re.compile(r"\bsystem\.(\w+)")
_PIECE = re.compile(r"'(?:[^'\\]|\\.)*'|[(),]|[^'(),]+")

_OF_ROWS = ("MODIFY SETTING ", "MODIFY TTL ", "ADD INDEX ", "DROP INDEX ")
_OF_BOTH = ("ADD COLUMN ", "COMMENT COLUMN ", "MODIFY COMMENT ")
_REPLICA = "'/clickhouse/tables/{uuid}/{shard}', '{replica}'"
# The same rows again are new rows: a mark is laid down again after it was cleaned away.
_NO_BLOCKS = (
    "replicated_deduplication_window = 0, replicated_deduplication_window_for_async_inserts = 0"
)

SETTINGS = {
    # A subquery sees the rows of all shards, not of the one that asks.
    "distributed_product_mode": "global",
    # An insert is over when a majority of the replicas has its rows …
    "distributed_foreground_insert": 1,
    "insert_quorum": "auto",
    # … and what is read from all shards is grouped before it is written.
    "parallel_distributed_insert_select": 0,
}
"""What every statement needs there."""


class UnknownForm(Exception):
    """A statement of a form that has no counterpart in a cluster yet."""


@dataclass(frozen=True)
class Cluster:
    """The cluster `name` of ClickHouse's configuration, and the database with its tables."""

    name: str
    database: str

    @property
    def shards(self) -> str:
        """The database that has the rows of a node."""
        return f"{self.database}_shards"

    def databases(self) -> list[str]:
        """What makes both databases."""
        return [
            f"CREATE DATABASE IF NOT EXISTS `{name}` {self._everywhere} ENGINE = Atomic"
            for name in (self.database, self.shards)
        ]

    def migration(self, statement: str) -> list[str]:
        """The statements that do on all nodes what this one does on a server.

        Raises UnknownForm.
        """
        if found := _CREATE_TABLE.fullmatch(statement):
            return self._table(*found.groups())
        if found := _CREATE_VIEW.fullmatch(statement):
            create, name, target, query = found.groups()
            to = f"TO {self._here(target)} " if target else ""
            return [f"{create} {self._here(name)} {self._everywhere} {to}{self._sources(query)}"]
        if found := _ALTER.fullmatch(statement):
            return [
                text for command in _commands(found[2]) for text in self.alter(found[1], command)
            ]
        if found := _DROP.fullmatch(statement):
            kind, name = found.groups()
            places = [self._here(name), *([self._row(name)] if kind == "TABLE" else [])]
            return [f"DROP {kind} IF EXISTS {place} {self._everywhere}" for place in places]
        if statement.startswith("INSERT INTO "):
            return [statement]
        raise UnknownForm(f"how is this done in a cluster? {statement[:100]}")

    def alter(self, table: str, command: str) -> list[str]:
        """An ALTER of one command. Raises UnknownForm."""
        if command.startswith("MODIFY QUERY"):
            places, command = [self._here(table)], self._sources(command)
        elif command.startswith(_OF_ROWS):
            places = [self._row(table)]
        elif command.startswith(_OF_BOTH):
            places = [self._row(table), self._here(table)]
        else:
            raise UnknownForm(f"how is this done in a cluster? ALTER … {command[:100]}")
        return [f"ALTER TABLE {place} {self._everywhere} {command}" for place in places]

    def query(self, text: str) -> str:
        """A statement of the services, for the tables of all nodes."""
        if found := _OPTIMIZE.fullmatch(text):
            return f"OPTIMIZE TABLE {self._row(found[1])} {self._everywhere} {found[2]}"
        text = _VIEW_CALL.sub(lambda call: _TIME_ARGUMENT.sub(r"\1toString(\2)", call[0]), text)
        if not _SYSTEM.search(text):
            return text
        # Of a node that is away nothing is asked here: it merges nothing and inserts nothing.
        everywhere = _SYSTEM.sub(rf"clusterAllReplicas('{self.name}', system.\1)", text)
        of_rows = everywhere.replace("currentDatabase()", f"'{self.shards}'")
        return f"{of_rows}\nSETTINGS skip_unavailable_shards = 1"

    @property
    def _everywhere(self) -> str:
        return f"ON CLUSTER `{self.name}`"

    def _here(self, name: str) -> str:
        return f"`{self.database}`.{name}"

    def _row(self, name: str) -> str:
        return f"`{self.shards}`.{name}"

    def _table(self, create: str, name: str, rest: str) -> list[str]:
        engine = _ENGINE.search(rest)
        if engine is None:
            raise UnknownForm(f"what is the engine of {name} in a cluster?")
        if engine["null"]:
            columns = re.sub(r"^AS (\w+)", lambda found: f"AS {self._here(found[1])}", rest)
            return [f"{create} {self._here(name)} {self._everywhere} {columns}"]
        if name not in SHARDED_BY:
            raise UnknownForm(f"by what is {name} sharded? clickhouse/sharding.py has to say it")
        columns, clauses = rest[: engine.start()], rest[engine.end() :]
        clauses, _, comment = clauses.rpartition("\nCOMMENT ")
        if "\nSETTINGS " in clauses:
            clauses = clauses.replace("\nSETTINGS ", f"\nSETTINGS {_NO_BLOCKS}, ")
        else:
            clauses += f"\nSETTINGS {_NO_BLOCKS}"
        arguments = ", ".join(filter(None, (_REPLICA, engine["arguments"])))
        replicated = f"ENGINE = Replicated{engine['kind']}({arguments}){clauses}"
        over = f"ENGINE = Distributed('{self.name}', '{self.shards}', '{name}', {SHARDED_BY[name]})"
        row, here, everywhere = self._row(name), self._here(name), self._everywhere
        return [
            f"{create} {row} {everywhere}\n{columns}{replicated}\nCOMMENT {comment}",
            f"{create} {here} {everywhere} AS {row}\n{over}\nCOMMENT {comment}",
        ]

    def _sources(self, query: str) -> str:
        """A query that names the database of its tables: another node has no current one."""
        own = set(re.findall(r"(\w+) AS\s+(?:MATERIALIZED\s+)?\(", query))

        def named(found: re.Match[str]) -> str:
            if not found[1] or found[3] in own:
                return found[0]
            return f"{found[1]}{found[2]}{self._here(found[3])}"

        return _SOURCE.sub(named, query)


def _commands(text: str) -> list[str]:
    """The commands of an ALTER: a comma in brackets or quotes parts none."""
    if text.startswith("MODIFY QUERY"):
        return [text]
    commands, depth = [""], 0
    for piece in _PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and not depth:
            commands.append("")
        else:
            commands[-1] += piece
    return [command.strip() for command in commands]
