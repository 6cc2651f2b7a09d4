"""A cache that is away makes a page slower, never an error."""

from config.cache import PatientRedisCache


def test_an_absent_cache_finds_nothing_and_breaks_nothing() -> None:
    cache = PatientRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 1}})

    assert cache.get("a", "default") == "default"
    assert cache.get_many(["a", "b"]) == {}
    assert cache.add("a", 1) is True
    assert cache.set_many({"a": 1}) == ["a"]
    assert cache.incr("a") == 0
    assert cache.delete("a") is False
    cache.set("a", 1)
    assert cache.get_or_set("a", 7) == 7
