"""What a reader's statement may name: functions, table functions and tables outside its own."""

import json
from dataclasses import dataclass

from clickhouse.embedded.engine import Session

SYSTEM_TABLES = frozenset(
    {"aggregate_function_combinators", "codecs", "columns", "constraints",
     "data_skipping_indices", "data_type_families", "databases", "formats", "functions",
     "keywords", "merges", "mutations", "numbers", "numbers_mt", "one", "parts",
     "parts_columns", "projections", "settings", "table_engines", "table_functions", "tables",
     "time_zones", "view_refreshes", "zeros", "zeros_mt"}
)  # fmt: skip
INFORMATION_SCHEMA_TABLES = frozenset({"columns", "schemata", "tables", "views"})
TABLE_FUNCTIONS = frozenset(
    {"generateRandom", "generateSeries", "generate_series", "null", "numbers", "numbers_mt",
     "primes", "SQLStandardValues", "values", "view", "zeros", "zeros_mt"}
)  # fmt: skip

# Categories whose functions only compute. Not among them: AI, dictionaries, introspection,
# internal ones, models, and what has no category because a user made it.
_CATEGORIES = frozenset(
    {"Arithmetic", "Arrays", "Bit", "Bitmap", "Comparison", "Conditional", "Dates and Times",
     "Distance", "Encoding", "Encryption", "Financial", "Geo", "Geo Polygon", "Hash",
     "IP Address", "JSON", "Logical", "Map", "Mathematical", "Null", "NumericIndexedVector",
     "Other", "QBit", "Random Number", "Rounding", "String", "String Replacement",
     "String Search", "String Splitting", "Time Series", "Time Window", "Tuple",
     "Type Conversion", "URL", "UUID"}
)  # fmt: skip
# Of these categories, what reaches out all the same.
_DENIED = frozenset(
    {"file", "joinGet", "joinGetOrNull", "hasColumnInTable", "showCertificate", "getMacro",
     "getClientHTTPHeader", "currentRequestURL", "getServerSetting", "generateSerialID",
     "sleep", "sleepEachRow", "filesystemAvailable", "filesystemCapacity",
     "filesystemUnreserved", "getServerPort", "tcpPort", "serverUUID", "fuzzQuery",
     "getOSKernelVersion", "zookeeperSessionUptime", "timeSeriesStoreTags"}
)  # fmt: skip
# What the parser makes of plain syntax.
_SYNTAX = frozenset({"_CAST", "caseWithExpression", "exists", "grouping", "lambda", "untuple"})

_FUNCTIONS = """
SELECT name, if(alias_to = '', name, alias_to), categories, is_aggregate, case_insensitive
FROM system.functions
"""
# A view cannot lend its name to a table function.
_VIEWS = """
SELECT name FROM system.tables
WHERE database = {database:String} AND engine = 'View'
  AND lower(name) NOT IN (SELECT lower(name) FROM system.table_functions)
"""


@dataclass(frozen=True, repr=False)
class Policy:
    """The function names that pass; `any_case` in lower case, where the engine takes any case.

    `combinators` are the endings that an aggregate function may carry (`sumIf`); `denied`, in
    lower case, are the engine's functions that do not pass.
    """

    functions: frozenset[str]
    any_case: frozenset[str]
    aggregates: frozenset[str]
    combinators: tuple[str, ...]
    denied: frozenset[str]

    def allows(self, name: str) -> bool:
        """Whether a scalar, aggregate or window function may be called."""
        return name in self.functions or name.lower() in self.any_case or self._aggregate(name)

    def denies_name(self, name: str) -> bool:
        """Whether a bare name would call a denied function, as in `arrayMap(file, …)`."""
        return name.lower() in self.denied

    def _aggregate(self, name: str) -> bool:
        if name in self.aggregates or name.lower() in self.any_case & self.aggregates:
            return True
        return any(
            len(name) > len(ending)
            and name.endswith(ending)
            and self._aggregate(name[: -len(ending)])
            for ending in self.combinators
        )


def load(session: Session) -> Policy:
    """The policy for the functions that this engine has."""
    rows = _rows(session, _FUNCTIONS)
    category = {name: categories for name, _, categories, *_ in rows}
    functions, any_case, aggregates = set(_SYNTAX), set[str](), set[str]()
    for name, canonical, _, is_aggregate, case_insensitive in rows:
        if is_aggregate:
            aggregates.add(name)
        elif canonical in _DENIED or category.get(canonical) not in _CATEGORIES:
            continue
        functions.add(name)
        if case_insensitive:
            any_case.add(name.lower())
            if is_aggregate:
                aggregates.add(name.lower())
    denied = {name.lower() for name, *_ in rows} - {name.lower() for name in functions}
    combinators = _rows(session, "SELECT name FROM system.aggregate_function_combinators")
    return Policy(
        frozenset(functions),
        frozenset(any_case),
        frozenset(aggregates),
        tuple(name for (name,) in combinators),
        frozenset(denied),
    )


def views(session: Session, database: str) -> frozenset[str]:
    """The views of `database`, which take parameters by looking like table functions."""
    return frozenset(name for (name,) in _rows(session, _VIEWS, {"database": database}))


def _rows(session: Session, sql: str, params: dict[str, str] | None = None) -> list[list[str]]:
    result: bytes = session.query(sql, "JSONCompactEachRow", params).bytes()
    return [json.loads(line) for line in result.splitlines()]
