"""Errors as ClickHouse's HTTP interface reports them."""

import re

_CODE = re.compile(r"Code: (\d+)\.")

# Codes of ClickHouse (src/Common/ErrorCodes.cpp).
BAD_ARGUMENTS = 36
NOT_IMPLEMENTED = 48
SYNTAX_ERROR = 62
TOO_MANY_BYTES = 307
ACCESS_DENIED = 497
AUTHENTICATION_FAILED = 516
BAD_REQUEST_PARAMETER = 567
QUERY_IS_TOO_LARGE = 112
UNKNOWN_EXCEPTION = 1002

_STATUS = {
    NOT_IMPLEMENTED: 501,
    QUERY_IS_TOO_LARGE: 413,
    ACCESS_DENIED: 403,
    AUTHENTICATION_FAILED: 403,
    159: 408,  # TIMEOUT_EXCEEDED
    164: 403,  # READONLY
    202: 503,  # TOO_MANY_SIMULTANEOUS_QUERIES
}
# What the sender of the query has to mend: syntax, names, types, values, limits.
_BAD_REQUEST = {
    6, 26, 27, 33, 36, 38, 41, 42, 43, 44, 50, 53, 62, 63, 69, 70, 72, 73, 115, 117, 130,
    158, 179, 184, 167, 215, 306, 307, 386, 396, 456, 457, 567,
}  # fmt: skip
_NOT_FOUND = {16, 46, 47, 60, 81}


class ClickHouseError(Exception):
    """A failed request: ClickHouse's error code and its text without the `Code: N.` in front."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.text = f"Code: {code}. DB::Exception: {message}\n"

    @property
    def status(self) -> int:
        """The HTTP status."""
        if self.code in _BAD_REQUEST:
            return 400
        if self.code in _NOT_FOUND:
            return 404
        return _STATUS.get(self.code, 500)


def from_engine(error: Exception) -> ClickHouseError:
    """chDB's exception with its code; chDB repeats the prefix when it wraps an error."""
    text = str(error)
    codes = _CODE.findall(text)
    code = int(codes[0]) if codes else UNKNOWN_EXCEPTION
    message = text.split("DB::Exception: ", 1)[-1].strip()
    return ClickHouseError(code, message)
