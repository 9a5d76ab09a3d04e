"""Starts and stops the gateway, and calls its models."""

import os
import subprocess
from pathlib import Path

import httpx

from tests.litellm_gateway.build import litellm
from tests.ports import free_port
from tests.waiting import PATIENCE, wait_until

KEY = "sk-master"
_CONFIG = Path(__file__).with_name("config.yaml")


class Gateway:
    """The gateway; what it writes lies in `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._command = litellm()
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, at the same address each time; returns when it answers."""
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "LITELLM_MASTER_KEY": KEY,
            # It would ask for prices of models elsewhere.
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._command, "--config", _CONFIG, *where],
                stdout=log, stderr=log, cwd=self._home, env=environment,
            )  # fmt: skip
        wait_until(self._is_ready, timeout=300)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(90)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def call(self, model: str) -> int:
        """Ask a model something; the status of the answer."""
        body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.post(
            f"{self.url}/v1/chat/completions", json=body, headers=headers, timeout=PATIENCE
        ).status_code

    @property
    def _log(self) -> Path:
        return self._home / "litellm.log"

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-3000:]
        try:
            answer = httpx.get(f"{self.url}/health/readiness", timeout=PATIENCE)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200
