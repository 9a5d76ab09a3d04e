"""What several of these say."""

from typing import Literal

TIME = "2026-11-22T11:50:30"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
Status = Literal["healthy", "degraded", "critical"]
