"""Only statements that read the tables pass: judged by the engine's own parse, not by the text.

The engine prints the statement it parsed (`formatQuery`, which refuses more than one) and that
statement's tree (`EXPLAIN AST`); `judge` goes through the tree with lists of what may be there.
What is on no list is refused. The statement to run is the printed one, never the text sent.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from clickhouse.embedded.engine import Session
from clickhouse.embedded.errors import ACCESS_DENIED, ClickHouseError
from clickhouse.embedded.guard_policy import (
    INFORMATION_SCHEMA_TABLES,
    SYSTEM_TABLES,
    TABLE_FUNCTIONS,
    Policy,
    views,
)

MAX_STATEMENT = 256 * 1024

_ROOTS = frozenset(
    {"SelectWithUnionQuery", "SelectIntersectExceptQuery", "Explain", "DescribeQuery",
     "ExistsTableQuery", "ExistsViewQuery", "ShowCreateTableQuery", "ShowCreateViewQuery",
     "ShowTables", "ShowFunctions"}
)  # fmt: skip
_NODES = frozenset(
    {"SelectWithUnionQuery", "SelectIntersectExceptQuery", "SelectQuery", "ExpressionList",
     "Literal", "Identifier", "TableIdentifier", "Function", "Subquery", "Asterisk",
     "QualifiedAsterisk", "ColumnsRegexpMatcher", "ColumnsListMatcher",
     "QualifiedColumnsRegexpMatcher", "QualifiedColumnsListMatcher", "ColumnsTransformerList",
     "ColumnsExceptTransformer", "ColumnsReplaceTransformer",
     "ColumnsReplaceTransformer::Replacement", "TablesInSelectQuery",
     "TablesInSelectQueryElement", "TableExpression", "TableJoin", "ArrayJoin", "WithElement",
     "OrderByElement", "WindowListElement", "WindowDefinition", "InterpolateElement",
     "SampleRatio"}
)  # fmt: skip
_NAMES_A_TABLE = frozenset(
    {"ExistsTableQuery", "ExistsViewQuery", "ShowCreateTableQuery", "ShowCreateViewQuery"}
)
_EXPLAINS = frozenset({"", "AST", "SYNTAX", "QUERY TREE", "PLAN", "PIPELINE", "ESTIMATE"})
_IN = re.compile(r"(global)?(not)?(null)?in(ignoreset)?", re.IGNORECASE)
# The tree does not show the conditions of SHOW, so its printed text has to be a plain one.
_SHOW = re.compile(
    r"SHOW (TABLES|DATABASES|DICTIONARIES|FUNCTIONS)( FROM (?P<database>\w+))?"
    r"( (NOT )?I?LIKE '[^'\\]*')?( LIMIT \d+)?( FORMAT \w+)?"
)


@dataclass
class Node:
    """One line of `EXPLAIN AST`: what it is, the rest of its line, and what stands below."""

    kind: str
    label: str
    children: list["Node"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The label without alias and count; an alias that looks like one only shortens it."""
        return re.split(r" \(alias | \(children \d+\)$", self.label, maxsplit=1)[0]

    def walk(self) -> Iterator["Node"]:
        """This node and all below."""
        yield self
        for child in self.children:
            yield from child.walk()


def check(
    session: Session, text: str, params: Mapping[str, str], database: str, policy: Policy
) -> str:
    """The single statement to run in place of `text`. Raises ClickHouseError when refused.

    The session is one of its own: the reader's limits are for the statement, not for this.
    """
    if len(text) > MAX_STATEMENT:
        raise _refused(f"a statement of more than {MAX_STATEMENT} characters")
    if "\0" in text:
        raise _refused("a NUL in the statement")
    statement = session.printed(text)
    if not re.match(r"\(*(SELECT|WITH|EXPLAIN|SHOW|DESCRIBE|EXISTS)\b", statement):
        raise _refused(f"{statement.split(' ', 1)[0]} statements")
    lines: bytes = session.query(f"EXPLAIN AST {statement}", "TSV", params).bytes()
    judge(
        statement, lines.decode().splitlines(), database, policy, lambda: views(session, database)
    )
    return statement


def judge(
    statement: str,
    tree_lines: Sequence[str],
    database: str,
    policy: Policy,
    parameterized: Callable[[], frozenset[str]],
) -> None:
    """Go through a statement as the engine printed it and its tree.

    `database` is the reader's own; `parameterized` gives its views when they are needed.
    Raises ClickHouseError (497), which names what was refused.
    """
    root = parse_tree(tree_lines)
    if root.kind not in _ROOTS:
        raise _refused(f"statement {root.kind}")
    if any(child.kind == "Literal" for child in root.children):
        raise _refused("INTO OUTFILE")
    if root.kind in ("ShowTables", "ShowFunctions"):
        match = _SHOW.fullmatch(statement)
        if match is None or match["database"] not in (None, database, "system"):
            raise _refused("SHOW with more than FROM, LIKE and LIMIT, or of another database")
        return
    if root.kind in _NAMES_A_TABLE:
        # "ExistsTableQuery database table", the database empty when it is not named.
        named, _, table = root.name.partition(" ")
        _check_table(f"{named}.{table}" if named else table, database)
        return
    if root.kind == "Explain" and root.name.removeprefix("EXPLAIN").strip() not in _EXPLAINS:
        raise _refused(root.name)
    for child in root.children:
        _check_nodes(child, database, policy, parameterized)


def parse_tree(lines: Sequence[str]) -> Node:
    """The tree of indented lines. Raises ClickHouseError when it is none."""
    root = Node("", "")
    path = [root]
    for line in lines:
        if not line.strip():
            continue
        text = line.lstrip(" ")
        depth = len(line) - len(text)
        kind, _, label = text.partition(" ")
        node = Node(kind, label)
        if depth + 1 > len(path):
            raise _refused("a tree that cannot be read")
        del path[depth + 1 :]
        path[-1].children.append(node)
        path.append(node)
    if len(root.children) != 1:
        raise _refused("what is not one statement")
    return root.children[0]


def _check_nodes(
    top: Node, database: str, policy: Policy, parameterized: Callable[[], frozenset[str]]
) -> None:
    for node in top.walk():
        if node.kind == "Set":
            raise _refused("SETTINGS in the statement")
        if node.kind not in _NODES:
            raise _refused(node.kind)
        if node.kind == "SelectWithUnionQuery" and any(
            child.kind == "Literal" for child in node.children
        ):
            raise _refused("INTO OUTFILE")
        if node.kind == "TableIdentifier":
            _check_table(node.name, database)
        elif node.kind == "Identifier" and policy.denies_name(node.name):
            raise _refused(f"the bare name {node.name}; a column of this name is table.{node.name}")
        elif node.kind == "TableExpression":
            for child in node.children:
                if child.kind == "Function":
                    _check_table_function(child.name, database, parameterized)
                    child.kind = "ExpressionList"  # its arguments are still to be looked at
        elif node.kind == "Function":
            if not policy.allows(node.name):
                raise _refused(f"function {node.name}")
            if _IN.fullmatch(node.name):
                _check_in(node, database)


def _check_in(node: Node, database: str) -> None:
    """The right side of IN may be a table."""
    for arguments in node.children:
        for argument in arguments.children[1:]:
            if argument.kind == "Identifier":
                _check_table(argument.name, database)


def _check_table(name: str, database: str) -> None:
    """A name without a dot is a table of the reader's database, or a name of a WITH."""
    owner, dot, table = name.partition(".")
    if not dot or owner == database:
        return
    if owner == "system" and table in SYSTEM_TABLES:
        return
    if owner.lower() == "information_schema" and table.lower() in INFORMATION_SCHEMA_TABLES:
        return
    raise _refused(f"table {name}")


def _check_table_function(
    name: str, database: str, parameterized: Callable[[], frozenset[str]]
) -> None:
    if name in TABLE_FUNCTIONS:
        return
    view = name.removeprefix(f"{database}.")
    if view not in parameterized():
        raise _refused(f"table function {name}")


def _refused(what: str) -> ClickHouseError:
    return ClickHouseError(
        ACCESS_DENIED, f"the user reader may only read tables; refused: {what}. (ACCESS_DENIED)"
    )
