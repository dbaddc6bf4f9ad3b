"""What a catalogue's file says, whoever wrote it and however badly."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import zipfile
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from livedesk.core.pins import Product, ProductProblem
from livedesk.pins import catalogue_file
from livedesk.pins.catalogue_file import CatalogueError, read_catalogue

Found = tuple[tuple[Product, ...], tuple[ProductProblem, ...]]
SERUM = Product(
    id="1730000000000000001",
    title="Glow serum",
    sku="GS-1",
    price=Decimal("19.90"),
    currency="EUR",
    picture="https://cdn.example/a.jpg?t=s3cret",
    stock=12,
    state="available",
    category="Skin",
    position=1,
)
HEADER = "Product ID,SKU,Product name,Price (EUR),Currency,Image URL,Quantity,Status,Category,Order"
LINE = (
    "1730000000000000001,GS-1,Glow serum,19.90,EUR,https://cdn.example/a.jpg?t=s3cret,12,"
    "active,Skin,1"
)


def read(folder: Path, content: str | bytes, name: str = "products.csv") -> Found:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = read_catalogue(path)
    assert not any("s3cret" in f"{problem.where} {problem.text}" for problem in found[1])
    return found


def refused(folder: Path, content: str | bytes, name: str = "products.csv") -> str:
    with pytest.raises(CatalogueError) as caught:
        read(folder, content, name)
    assert str(caught.value).startswith(name)
    return str(caught.value)


def sheet(*rows: tuple[object, ...]) -> bytes:
    workbook = Workbook()
    assert workbook.active is not None
    for row in rows:
        workbook.active.append(list(row))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


SEEDS = (
    f"{HEADER}\n{LINE}\n".encode(),
    json.dumps([{"id": 1, "title": "a", "price": "1,00"}, {"id": 2, "title": "b"}]).encode(),
    sheet(("id", "title", "price"), (1, "a", 2.5)),
)
DAMAGE = (
    b"",
    b'"',
    b"\n",
    b"\0",
    b"\xff\xfe",
    b",",
    b"[[",
    b"1e999",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_columns_are_read_whatever_divides_and_encodes_them(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    text = f"{HEADER}\r\n{LINE}\r\n".replace(",", delimiter)
    assert read(tmp_path, text.encode(encoding)) == ((SERUM,), ())


def test_an_encoding_that_was_guessed_is_told(tmp_path: Path) -> None:
    (product,), (problem,) = read(tmp_path, "id,title\n1,Crème\n".encode("latin-1"))
    assert product.title == "Crème"
    assert problem == ProductProblem("products.csv", problem.text)
    assert "line 2 is not UTF-8" in problem.text


def test_blank_cells_are_no_problem(tmp_path: Path) -> None:
    (product,), problems = read(
        tmp_path, "id;title;price;stock;position;status\n1;a; ; ; ;\u00a0\n"
    )
    assert (product.price, product.stock, product.position, problems) == (None, None, None, ())
    assert product.state == "available"


def test_a_stray_zero_byte_is_no_sign_of_another_encoding(tmp_path: Path) -> None:
    products, _ = read(tmp_path, "id,title\n1,a\0b\n2,c\n")
    assert [product.title for product in products] == ["ab", "c"]


def test_a_header_below_explanations_and_excels_own_first_line_are_found(tmp_path: Path) -> None:
    text = f"sep=,\nExport of glow\n\n{HEADER}\n{LINE}\n"
    assert read(tmp_path, text) == ((SERUM,), ())


def test_missing_columns_are_named_with_what_was_found(tmp_path: Path) -> None:
    text = refused(tmp_path, "Product ID,Cost\n1,2\n")
    assert "no column for title" in text
    assert "product name" in text
    assert 'found "Product ID", "Cost"' in text
    assert "no column for id and title" in refused(tmp_path, "<html><body>Sign in</body></html>")


def test_of_two_lines_with_one_id_the_first_is_kept(tmp_path: Path) -> None:
    products, (problem,) = read(tmp_path, "id,title\n7,First\n8,Other\n7,Second\n")
    assert [product.title for product in products] == ["First", "Other"]
    assert problem.where == "products.csv, line 4"
    assert problem.text == 'id "7" stands on line 2 already; this line is left out'


def test_rows_of_variants_are_one_product_that_is_there_while_one_of_them_is(
    tmp_path: Path,
) -> None:
    text = (
        "id,sku,title,stock,status\n7,S,Shirt,0,\n7,M,Shirt,4,\n7,L,Shirt,3,\n"
        "8,S,Hat,0,\n8,M,Hat,0,\n9,S,Sock,1,\n9,M,Sock,1,banned\n"
        "10,S,Belt,1,draft\n10,M,Belt,1,live\n"
    )
    (shirt, hat, sock, belt), problems = read(tmp_path, text)
    assert problems == ()
    assert (shirt.sku, shirt.stock, shirt.refusal) == ("S", 7, "")
    assert (hat.stock, hat.state, sock.state) == (0, "out_of_stock", "restricted")
    assert belt.refusal == ""


def test_one_bad_line_never_takes_the_others_along(tmp_path: Path) -> None:
    text = (
        'id,title,price,stock,position\n,No id,1,1,1\n1,"Open quote,2,2,2\n2,"Two, with ""quotes"""'
        ",abc,-3,0\n3,Three,1e400,many,x\n4,,5.5,1.0,4\n5,Five\n6,Six,7,8,9,10,11\n"
    )
    products, problems = read(tmp_path, text)
    assert [product.id for product in products] == ["1", "2", "3", "4", "5", "6"]
    two, four = products[1], products[3]
    assert (two.title, two.price, two.stock, two.refusal) == (
        'Two, with "quotes"', None, 0, "Out of stock.",
    )  # fmt: skip
    assert (four.title, four.price, four.stock) == ("4", Decimal("5.5"), 1)
    assert {problem.where.removeprefix("products.csv, ") for problem in problems} == {
        "line 2", "line 3", "line 4, price", "line 4, stock", "line 4, position",
        "line 5, price", "line 5, stock", "line 5, position", "line 6, title",
    }  # fmt: skip


def test_a_title_keeps_its_letters_and_loses_what_turns_the_line_around(tmp_path: Path) -> None:
    arabic, family = "سيروم النضارة", "👩‍👩‍👧 kit"
    hostile = "Glow\u202eserum\x1b[31m\u2066 \x00\u2028new\u2069"
    rows = [{"id": 1, "title": arabic}, {"id": 2, "title": family}, {"id": 3, "title": hostile}]
    rows += [{"id": 4, "title": "x" * 12_000}, {"id": 5, "title": "=HYPERLINK(1)\ud800"}]
    products, (problem,) = read(tmp_path, json.dumps(rows), "p.json")
    assert [product.title for product in products[:3]] == [arabic, family, "Glowserum[31m new"]
    assert len(products[3].title) == 10_000
    assert products[4].title == "=HYPERLINK(1)"
    assert (problem.where, "10000 characters" in problem.text) == ("p.json, product 4, title", True)


def test_a_status_that_nobody_knows_keeps_the_product_from_being_pinned(tmp_path: Path) -> None:
    text = (
        "id,title,status\n1,a,Sold out\n2,b,PLATFORM_DEACTIVATED\n3,c,on hold?\n4,d,\n5,e,Review\n"
    )
    products, (problem,) = read(tmp_path, text)
    states = [product.state for product in products]
    assert states == ["out_of_stock", "restricted", "unlisted", "available", "flagged"]
    assert 'its status "on hold?" is not known here' in products[2].refusal
    assert "line 4, status" in problem.where


def test_an_id_that_lost_its_digits_is_not_guessed(tmp_path: Path) -> None:
    text = 'id,title\n1.73E+18,a\n="1730000000000000002",b\n1234.0,c\n'
    products, (problem,) = read(tmp_path, text)
    assert [product.id for product in products] == ["1730000000000000002", "1234"]
    assert "loses all but 15 digits" in problem.text


def test_a_spreadsheet_is_read_with_its_numbers_dates_and_formulas(tmp_path: Path) -> None:
    content = sheet(
        ("Glow, week 12",),
        ("ID", "Name", "Price", "Stock", "Category"),
        (1234.0, "Serum", 19.9, 3.0, dt.date(2026, 3, 1)),
        (1.73e18, "Lost", 1, 1, None),
        (dt.datetime(2026, 3, 1), "Date", 1, 1, None),  # noqa: DTZ001 - as a spreadsheet has it
        ("A-1", 77.0, "1.234,50 €", None, "=1+1"),
        (None, None, None, None, None),
    )
    products, problems = read(tmp_path, content, "p.xlsx")
    assert [(each.id, each.title, each.price, each.stock) for each in products] == [
        ("1234", "Serum", Decimal("19.9"), 3),
        ("A-1", "77", Decimal("1234.50"), None),
    ]
    assert [problem.where for problem in problems] == ["p.xlsx, row 4", "p.xlsx, row 5"]


def test_what_is_no_spreadsheet_is_refused_in_words(tmp_path: Path) -> None:
    whole = sheet(("id", "title"), (1, "a"))
    assert "not a spreadsheet that can be read" in refused(tmp_path, whole[:-200], "p.xlsx")
    assert "has a password" in refused(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(99), "p.xls")
    assert "not a spreadsheet" in refused(tmp_path, b"PK\x03\x04" + os.urandom(500), "p.xlsx")


def test_an_archive_that_grows_is_refused_before_it_does(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(51_000_000))
    assert "unpacks to 51 MB" in refused(tmp_path, bomb.getvalue(), "bomb.xlsx")
    entities = io.BytesIO()
    with zipfile.ZipFile(entities, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>')
    assert "document type" in refused(tmp_path, entities.getvalue(), "lol.xlsx")


def test_json_is_a_list_or_an_object_with_products(tmp_path: Path) -> None:
    entry = {"productId": SERUM.id, "name": "Glow serum", "sku": "GS-1", "price": "19,90 €",
             "image": SERUM.picture, "stock": 12, "status": "in_stock", "category": "Skin",
             "position": 1}  # fmt: skip
    assert read(tmp_path, json.dumps([entry]), "p.json") == ((SERUM,), ())
    assert read(tmp_path, json.dumps({"products": [entry]}), "p.json") == ((SERUM,), ())
    products, problems = read(
        tmp_path, '[7, {"id": 1, "title": ["x"], "price": NaN}, {"id": 2, "title": "b"}]', "p.json"
    )
    assert [product.id for product in products] == ["1", "2"]
    assert [problem.where for problem in problems] == [
        "p.json, product 1", "p.json, product 2, title", "p.json, product 2, title",
        "p.json, product 2, price",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[{"id": 1,\n "title": }]', "line 2: this is not valid JSON"),
        ("[" * 100_000, "not valid JSON|nested too deeply"),
        ('{"items": []}', "expected a list of products"),
        ('[{"sku": 1}]', "no column for id and title"),
        ('[{"id": ' + "9" * 5_000 + ', "title": "x"}]', "thousands of digits"),
        ("[]", "holds no products"),
        ("", "is empty"),
        ("id,title\n", "holds no products"),
    ],
)
def test_what_holds_no_products_leaves_those_that_were_known(
    tmp_path: Path, content: str, expected: str
) -> None:
    text = refused(tmp_path, content, "p.json")
    assert any(part in text for part in expected.split("|"))


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"{at},t\n" for at in range(10_050))
    products, (problem,) = read(tmp_path, "id,title\n" + lines)
    assert len(products) == 10_000
    assert "more than 10000 products" in problem.text
    _, problems = read(tmp_path, "id,title,price\n" + "".join(f"{n},t,abc\n" for n in range(500)))
    assert (len(problems), problems[-1].text) == (201, "and 300 more")
    monkeypatch.setattr(catalogue_file, "MOST_BYTES", 1_000)
    assert "is larger than" in refused(tmp_path, "id,title\n" + lines)


@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_the_file_it_is_read_or_refused(
    tmp_path: Path, seed: bytes, rng: Random
) -> None:
    content = bytearray(seed)
    for _ in range(rng.randrange(1, 20)):
        at = rng.randrange(len(content))
        content[at : at + rng.randrange(3)] = rng.choice(DAMAGE)
    (tmp_path / "f").write_bytes(content)
    try:
        products, _ = read_catalogue(tmp_path / "f")
    except CatalogueError:
        return
    assert len({product.id for product in products}) == len(products)
    assert not any(set(product.title) & set("\n\0\x1b\u202e") for product in products)


def test_a_file_that_cannot_be_opened_or_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"gone\.csv: cannot be read: No such file"):
        read_catalogue(tmp_path / "gone.csv")
    with pytest.raises(CatalogueError, match="is not a file"):
        read_catalogue(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(CatalogueError, match="is not a file"):
        read_catalogue(tmp_path / "pipe.csv")


def test_a_file_that_is_being_written_is_left_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "products.csv"
    path.write_text("id,title\n1,a\n")
    real, sizes = Path.stat, iter((13, 99))

    def growing(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        fields = list(real(self, follow_symlinks=follow_symlinks))
        fields[6] = next(sizes)
        return os.stat_result(fields)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", growing)
        with pytest.raises(CatalogueError, match="was being written"):
            read_catalogue(path)


def test_descriptions_are_read_as_people_read_them(tmp_path: Path) -> None:
    page = "<p>It <b>cu</b>res &amp; heals</p><!-- no --><ul><li>a\n<li>3 < 5</ul>"
    csv = f'id,title,Product description\n1,Serum,"{page}"\n2,Balm,\n'
    [serum, balm], problems = read(tmp_path, csv)
    assert (serum.description, balm.description) == ("It cures & heals a 3 < 5", "")
    rows = sheet(("id", "title", "Body (HTML)"), (1, "Serum", page))
    assert read(tmp_path, rows, "products.xlsx")[0][0].description == serum.description
    entry = json.dumps([{"id": 1, "title": "Serum", "description": "x" * 10_001}])
    [long], [problem] = read(tmp_path, entry, "products.json")
    assert (len(long.description), problems) == (10_000, ())
    assert "rest is left out" in problem.text
