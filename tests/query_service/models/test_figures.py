"""Quantiles of how long spans took."""

from math import floor, log2

from hypothesis import given
from hypothesis import strategies as st

from query_service.models.figures import BINS_PER_DOUBLING, quantile_ms


def test_no_spans_have_no_quantile() -> None:
    assert quantile_ms({}, 0.5) is None


@given(st.lists(st.integers(1, 10**15), min_size=1), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_at_most_so_much_off(durations: list[int], share: float) -> None:
    bins: dict[int, int] = {}
    for took in durations:
        number = floor(log2(took) * BINS_PER_DOUBLING)
        bins[number] = bins.get(number, 0) + 1
    exact = sorted(durations)[-(-int(share * 100) * len(durations) // 100) - 1] / 1e6
    found = quantile_ms(bins, share)
    assert found is not None
    assert abs(found - exact) <= exact * 0.0223 + 1e-6
