"""What is new of a view, whatever the order of views."""

from hypothesis import given
from hypothesis import strategies as st

from query_service.observer.things import Figure, Key, Told, View

KEYS = [Key("k8s.pod", "shop", f"pod-{number}", str(number)) for number in range(3)]
views = st.lists(
    st.tuples(
        st.floats(0, 50),  # seconds since the view before
        st.dictionaries(st.sampled_from(KEYS), st.sampled_from([{"a": 1}, {"a": 2}, {}])),
        st.dictionaries(st.sampled_from(KEYS), st.integers(0, 2)),
        st.booleans(),  # whether it could be recorded
    ),
    max_size=12,
)


@given(views)
def test_who_reads_the_news_knows_what_the_source_shows(
    plan: list[tuple[float, dict[Key, dict[str, int]], dict[Key, int], bool]],
) -> None:
    told = Told(keep_alive=60)
    now = 0.0
    things: dict[Key, dict[str, int]] = {}
    said: dict[Key, float] = {}
    figures: dict[Figure, float] = {}
    for pause, shown, numbers, is_taken in plan:
        now += pause
        of_figures = {Figure("k8s.pod.phase", key): float(n) for key, n in numbers.items()}
        view = View(0, shown, of_figures)
        news = told.news(view, now)
        if not is_taken:
            continue
        told.remember(view, news, now)
        for key in news.gone:
            del things[key], said[key]
        for key, thing in news.things.items():
            assert things.get(key) != thing or now - said[key] >= 60, "said without a reason"
            things[key], said[key] = dict(thing), now
        figures = {f: v for f, v in figures.items() if f in of_figures} | dict(news.figures)
        assert things == shown
        assert figures == of_figures
        assert all(now - at < 60 for at in said.values())
