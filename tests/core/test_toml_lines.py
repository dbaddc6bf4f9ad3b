from __future__ import annotations

from livedesk.core.toml_lines import key_lines, line_of

TEXT = '''\
# a comment with [brackets] = "and quotes

title = "x"  # = [not.a.key]
"odd key".sub = 1

[[store]]
id = "a"
note = """
[[store]]
id = 1
"""
list = [
  "[x]", # ]
  { a = 1 },
]
last = true

[store . feed]
listen = 'C:\\path # no comment'

[[store.uplink]]
url = "u\\"]"
[[store.uplink]]
url = "v"

[[ store ]]
id = "b"
[[store.uplink]]
url = \'\'\'it's "here"\'\'\'
'''


def test_every_key_and_header_is_found_on_its_line() -> None:
    assert key_lines(TEXT) == {
        ("title",): 3,
        ("odd key", "sub"): 4,
        ("store", 0): 6,
        ("store", 0, "id"): 7,
        ("store", 0, "note"): 8,
        ("store", 0, "list"): 12,
        ("store", 0, "last"): 16,
        ("store", 0, "feed"): 18,
        ("store", 0, "feed", "listen"): 19,
        ("store", 0, "uplink", 0): 21,
        ("store", 0, "uplink", 0, "url"): 22,
        ("store", 0, "uplink", 1): 23,
        ("store", 0, "uplink", 1, "url"): 24,
        ("store", 1): 26,
        ("store", 1, "id"): 27,
        ("store", 1, "uplink", 0): 28,
        ("store", 1, "uplink", 0, "url"): 29,
    }


def test_a_key_that_is_missing_is_told_by_the_table_around_it() -> None:
    lines = key_lines(TEXT)
    assert line_of(("store", 1, "feed", "listen"), lines) == 26
    assert line_of(("store", 0, "uplink", 1, "name"), lines) == 23
    assert line_of(("nowhere",), lines) is None


def test_a_text_may_end_in_quotes_and_a_value_may_stand_on_the_last_line() -> None:
    lines = key_lines('a = """x"""""\nb = \'\'\'y\'\'\'\'\nc = 1')
    assert lines == {("a",): 1, ("b",): 2, ("c",): 3}
