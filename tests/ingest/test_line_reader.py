"""The line reader: against a reader that looks at every character, and what a line costs."""

import re
from io import BytesIO
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsdesk.ingest.reading.line_reader import LineReader
from opsdesk.ingest.reading.record_pattern import Limits

HEADER = b"a,b,c\n"
LINES = [b"1,x,y", b'1,"x', b"x", b'y",z', b'x","y', b'x",y,"z', b'1,"a ""b""",z', b'"', b"", b" "]
NOISE = [b"a", b",", b'"', b'""', b"\n", b"\r", b"\xff"]
PIECES = st.one_of(
    st.builds(bytes.__add__, st.sampled_from(LINES), st.sampled_from([b"\n", b"\r\n"])),
    st.builds(bytes.__add__, st.sampled_from(LINES), st.just(b"\n")),
    st.sampled_from(NOISE),
)
EXPORTS = st.lists(PIECES, max_size=30).map(lambda pieces: HEADER + b"".join(pieces))
STOPS = st.lists(st.one_of(st.none(), st.integers(1, 60)), max_size=60)
SIZES = {
    "read_bytes": (3, 17, 1000),
    "chunk_lines": (1, 2, 5, 2000),
    "record_lines": (2, 3, 5, 1000),
    "record_bytes": (12, 2_000_000),
}
LARGE = Limits()
LIMITS = st.builds(Limits, **{name: st.sampled_from(values) for name, values in SIZES.items()})


def fields_of(text):
    """How many fields a text has; "open" if it ends inside quotes, "wrong" if it is not a record."""
    fields, place = 1, 0
    while place < len(text):
        if text[place] == '"':
            place += 1
            while text[place : place + 1] != '"' or text[place : place + 2] == '""':
                if place >= len(text):
                    return "open"
                place += 2 if text[place] == '"' else 1
            place += 1
        else:
            while place < len(text) and text[place] != ",":
                if text[place] in "\r\n":
                    return "wrong"
                place += 1
        if place < len(text):
            if text[place] != ",":
                return "wrong"
            fields, place = fields + 1, place + 1
    return fields


def read_by_character(export, limits):
    """Records and malformed lines (number, text): every line is joined to those that follow it."""
    most, largest = limits.record_lines, limits.record_bytes
    found, records, malformed, number = (
        re.findall(r"[^\n]*\n|[^\n]+$", export.decode("latin-1")),
        [],
        [],
        1,
    )
    while number < len(found):
        span = 1
        while fields_of(joined(found[number : number + span])) == "open":
            if (
                span == most
                or number + span == len(found)
                or len("".join(found[number : number + span])) > largest
            ):
                break
            span += 1
        text = joined(found[number : number + span])
        if fields_of(text) == 3 and len(text) <= largest and "\xff" not in text:
            records.append(text.encode())
            number += span
            continue
        if text.strip():
            malformed.append((number, found[number].rstrip("\r\n").replace("\xff", "\\xff")))
        number += 1
    return records, malformed


def joined(found):
    return "\n".join(line.removesuffix("\n").removesuffix("\r") for line in found)


def chunks_of(export, stops=(), until=None, limits=LARGE):
    """The chunks of an export.

    `stops` are the bytes after which each may end, None for as it likes; or all end `until`.
    """
    reader = LineReader(BytesIO(export), ",", 3, limits)
    stops = iter(stops)
    place, end = reader.after_header(), until or len(export)
    while place < end:
        stop = next(stops, None)
        chunk = reader.chunk(place, place + stop if stop else until)
        yield chunk
        place += chunk.size
    assert until or not reader.chunk(place)


def put_together(chunks):
    """Chunks that follow each other: bytes, lines, content, malformed lines (number from the start of all, text)."""
    size, content, malformed, number = 0, b"", [], 0
    for chunk in chunks:
        malformed += [(number + line.line, line.raw) for line in chunk.malformed]
        size, content, number = size + chunk.size, content + chunk.content, number + chunk.lines
    return size, number, content, malformed


@settings(max_examples=500, deadline=None)
@example(  # not closed, then a record of three lines
    export=HEADER + b'1,"x\nx","y\nx\ny",z\n', stops=[], limits=Limits(record_lines=3)
)
@example(  # one line too many
    export=HEADER + b'1,"x\nx","y\nx\nx\ny",z\n', stops=[], limits=Limits(record_lines=3)
)
@example(  # the third line closes
    export=HEADER + b'1,"x\nx","y\ny",z\n', stops=[], limits=LARGE
)
@given(export=EXPORTS, stops=STOPS, limits=LIMITS)
def test_lines_read_in_chunks_are_those_read_by_character(export, stops, limits):
    _, count, content, malformed = put_together(chunks_of(export, stops, limits=limits))
    records, expected = read_by_character(export, limits)
    assert content == b"".join(record + b"\n" for record in records)
    assert [(1 + line, text) for line, text in malformed] == expected
    assert 1 + count == len(BytesIO(export).readlines())


@settings(max_examples=500, deadline=None)
@example(  # the second line is malformed by what a chunk before has seen of the third
    export=HEADER + b'1,"x\nx","y\nx","yyyyy\n',
    stops=[1, 1],
    limits=Limits(record_bytes=12),
    other=b'y",z\n',
)
@given(
    export=EXPORTS,
    stops=STOPS,
    limits=LIMITS,
    other=st.lists(PIECES, min_size=1, max_size=3).map(b"".join),
)
def test_a_closed_chunk_reads_the_same_whatever_follows(export, stops, limits, other):
    for chunk in chunks_of(export, stops, limits=limits):
        end = chunk.start + chunk.size
        if chunk.is_closed and export[:end].endswith(b"\n"):
            alone = HEADER + export[chunk.start : end]
            again = list(chunks_of(alone + other, until=len(alone), limits=limits))
            assert put_together(again) == put_together([chunk])


@settings(max_examples=500, deadline=None)
@given(export=EXPORTS, limits=LIMITS, back=st.integers(0, 99))
def test_going_back_reads_the_same_again(export, limits, back):
    def reader_of(content):
        return LineReader(BytesIO(content), ",", 3, limits)

    reader, places = reader_of(export), [len(HEADER)]
    while chunk := reader.chunk(places[-1]):
        places.append(places[-1] + chunk.size)
    place = places[back % len(places)]
    assert reader.chunk(place, place + 1) == reader_of(export).chunk(place, place + 1)


@pytest.mark.parametrize(
    ("line", "few"),
    [
        pytest.param(
            b"\n", 4_000, id="blank"
        ),  # 37 times as long when each looked at all that followed
        pytest.param(
            b'x","y\n', 250, id="not closed, then closed and opened again by the next"
        ),  # 46 times, likewise
    ],
)
def test_a_line_costs_the_same_among_many(line, few):
    """Eight times as many take some eight times as long."""

    def seconds(many):
        export = HEADER + line * many + b"1,x,y\n"
        begun = process_time()
        assert sum(chunk.records for chunk in chunks_of(export)) == 1
        return process_time() - begun

    assert min(seconds(8 * few) for _ in range(3)) < 16 * min(seconds(few) for _ in range(5))
