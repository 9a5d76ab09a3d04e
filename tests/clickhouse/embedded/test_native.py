from clickhouse.embedded.native import BLOCK_INFO, at_revision

# One block of one UInt8 column "a" with the rows 1 and 2, as chDB writes it.
BLOCK = b"\x01\x02\x01a\x05UInt8\x01\x02"


def test_block_info_and_a_byte_for_each_column() -> None:
    assert at_revision(BLOCK, 54515) == BLOCK_INFO + b"\x01\x02\x01a\x05UInt8\x00\x01\x02"


def test_an_older_client_gets_block_info_only() -> None:
    assert at_revision(BLOCK * 2, 54405) == (BLOCK_INFO + BLOCK) * 2


def test_no_block() -> None:
    assert at_revision(b"", 54515) == b""


def test_a_block_without_rows() -> None:
    empty = b"\x01\x00\x01a\x06String"
    assert at_revision(empty, 54515) == BLOCK_INFO + empty + b"\x00"
