"""Does a part really answer? Each probe is true when it does, and never raises."""

import logging
import socket
from urllib.parse import urlsplit

import httpx
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

API_VERSION = (4, 0)  # else a client asks first, and blocks 30 s while the broker is away
logging.getLogger("kafka").setLevel(logging.CRITICAL)


def _open(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def kafka_lists_topics(bootstrap: str) -> bool:
    """A client lists the topics of this Kafka."""
    if not any(_open(server) for server in bootstrap.split(",")):
        return False
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, api_version=API_VERSION)
        try:
            admin.list_topics()
        finally:
            admin.close()
    except KafkaError:
        return False
    return True


def group_has_member(bootstrap: str, group: str) -> bool:
    """Some consumer is a member of this group."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, api_version=API_VERSION)
        try:
            described = admin.describe_groups([group])
        finally:
            admin.close()
    except KafkaError:
        return False
    return bool(described[group]["members"])


def http_answers(url: str) -> bool:
    """A GET is answered with a status below 400."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 400
    except httpx.HTTPError:
        return False


def clickhouse_selects(url: str) -> bool:
    """/ping answers, and so does SELECT 1 (the URL may carry a user)."""
    address = urlsplit(url)
    if not _open(f"{address.hostname}:{address.port or 8123}"):
        return False
    try:
        with httpx.Client(base_url=url, timeout=2, trust_env=False) as client:
            return (
                client.get("/ping").status_code == 200
                and client.post("/", content="SELECT 1").text == "1\n"
            )
    except httpx.HTTPError:
        return False
