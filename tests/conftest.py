"""Fixtures for every test, and the order: what needs the running parts comes last."""

import warnings
from collections.abc import Generator, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

# How long a case takes says more about a busy machine than about the code.
# The same cases in every run: what fails, fails for everyone who runs it.
settings.register_profile(
    "patient", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")

with warnings.catch_warnings():
    # kafka-python reads its schemas by calls that Python 3.11 deprecated, when first imported.
    warnings.filterwarnings("ignore", "(read|open)_text is deprecated", DeprecationWarning)
    from local_stack.errors import SetupError

    from tests.busy import busy
    from tests.kubernetes_api.cluster import Cluster, Kubelet
    from tests.receiver import Receiver, receiving
    from tests.stack import Stack, make_stack

__all__ = ["busy"]
NO_KUBERNETES = "NO KUBERNETES API IS TESTED"
NO_LITELLM = "NO LITELLM GATEWAY IS TESTED"
NO_CHART = "NO HELM CHART IS TESTED"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Unit tests first: they say sooner what is wrong. What is built meanwhile is tested last."""
    items.sort(
        key=lambda item: sum(
            item.get_closest_marker(marker) is not None for marker in ("stack", "kubernetes")
        )
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What could not be tested here is said where it is seen."""
    told = {str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])}
    for missing in (NO_KUBERNETES, NO_LITELLM, NO_CHART):
        for reason in sorted(reason for reason in told if missing in reason):
            terminalreporter.write_sep("!", missing, red=True)
            terminalreporter.write_line(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a test that failed on the running parts comes what these said last."""
    report = yield
    running = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(running, Stack):
        for name, text in running.last_words().items():
            report.sections.append((f"end of the log of {name}", text))
    return report


@pytest.fixture(scope="session")
def alerted() -> Iterator[Receiver]:
    """What the observer of the stack tells."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real Kubernetes API with controllers, for the whole session."""
    try:
        made = Cluster(tmp_path_factory.mktemp("kubernetes"))
    except SetupError as error:
        pytest.skip(f"{NO_KUBERNETES}: {error}")
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def kubelet(cluster: Cluster) -> Iterator[Kubelet]:
    """Somebody who lets pods run."""
    made = Kubelet(cluster)
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, alerted: Receiver) -> Iterator[Stack]:
    """The real parts, without sample agents, for the whole session."""
    with ExitStack() as still:
        with pytest.MonkeyPatch.context() as patched:  # until its processes have it
            patched.setenv("ALERTS_WEBHOOK_URL", alerted.url)
            patched.setenv("ALERTS_LEAST_SEVERITY", "medium")
            patched.setenv("ALERTS_INTERVAL", "3600")  # and at each start
            running = still.enter_context(make_stack(tmp_path_factory.mktemp("stack")))
        yield running
