"""What `/api/v1/debug` takes and answers."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from query_service.schemas.base import Answer, field


class InjectedEvent(BaseModel):
    """An event: any object; these fields are shown in lists."""

    model_config = ConfigDict(extra="allow")

    event_id: str | None = Field(
        None, description="Its id, made when there is none", json_schema_extra={"example": "try-1"}
    )
    trace_id: Any = Field(None, description="Its trace", json_schema_extra={"example": "t-1"})
    event_type: Any = Field(
        None, description="What happened", json_schema_extra={"example": "custom"}
    )
    severity: Any = Field(
        None,
        description="debug, info, warning, error or critical",
        json_schema_extra={"example": "info"},
    )
    agent_name: Any = Field(
        None, description="Agent as it calls itself", json_schema_extra={"example": "Researcher"}
    )
    message: Any = Field(
        None, description="What happened, in words", json_schema_extra={"example": "a try"}
    )
    data: Any = Field(None, description="Details", json_schema_extra={"example": {"n": 1}})


class Injection(Answer):
    """That an event is on its way."""

    status: Literal["injected"] = field("That Kafka has it")
    event_id: str = field("Its id", "try-1")


class Simulation(Answer):
    """That a trace is on its way."""

    trace_id: str = field("Its id", "4bf92f3577b34da6a3ce929d0e0e4736")
    message: str = field("What was done", "Simulated trace created with events")
