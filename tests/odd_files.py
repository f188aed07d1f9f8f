"""Files as people have them: for each, the table that a person would expect, the question, or the verdict."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd

Table = dict[str, list[Any]]  # plain Python values, None where there is none


@dataclass(frozen=True)
class Odd:
    "A file with what a person expects of it: a table, or words of a sentence with the exit code of its error."

    name: str  # what is odd about it
    file: str
    content: bytes
    table: Table | None = None
    says: str = ""  # a part of the sentence, as a regular expression
    code: int = 0  # 2 for a question or a slip, 65 for bad data
    how: Mapping[str, Any] = field(default_factory=dict)  # the answers that are passed


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def right(name: str, content: str | bytes, table: Table, file: str = "x.csv", **how) -> Odd:
    return Odd(name, file, _bytes(content), table=table, how=how)


def asked(name: str, content: str | bytes, says: str, file: str = "x.csv", **how) -> Odd:
    return Odd(name, file, _bytes(content), says=says, code=2, how=how)


def refused(name: str, content: str | bytes, says: str, file: str = "x.csv", **how) -> Odd:
    return Odd(name, file, _bytes(content), says=says, code=65, how=how)


def csv(*columns: list[str], names: str = "a,b", sign: str = ",") -> str:
    "A text table from its columns."
    return "\n".join([names, *(sign.join(row) for row in zip(*columns, strict=True))]) + "\n"


def book(*sheets: list[list[Any]], change: Callable[[Any], None] = lambda made: None) -> bytes:
    "A workbook with sheets called s1, s2, ..."
    made, file = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
    change(made)
    made.save(file)
    return file.getvalue()


def formatted(form: str, *values: int | None) -> bytes:
    "A workbook with a column of numbers in one format."

    def change(made: Any) -> None:
        for cell in made.active["A"][1:]:
            cell.number_format = form

    return book([["a", "b"], *([value, "x"] for value in values)], change=change)


def resaved(content: bytes, *changes: tuple[str, str]) -> bytes:
    "A workbook whose first sheet another program wrote a little otherwise."
    file, made = io.BytesIO(), zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(file, "w") as other:
        for name in made.namelist():
            text = made.read(name)
            for old, new in changes if name.endswith("sheet1.xml") else []:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            other.writestr(name, text)
    return file.getvalue()


def indexed(names: list[str | None], *levels: list[Any]) -> pd.DataFrame:
    "A table whose index has several levels."
    return pd.DataFrame({"a": [5, 6]}, index=pd.MultiIndex.from_arrays(levels, names=names))


def parquet(frame: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.to_parquet(file)
    return file.getvalue()


def archive(**files: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, text in files.items():
            made.writestr(name.replace("_", "."), text)
    return file.getvalue()


DAYS = [datetime(2024, 1, 2), datetime(2024, 2, 3)]
AB = {"a": [1, 2], "b": ["x", "y"]}
AB_CSV = "a,b\n1,x\n2,y\n"
BIG = [2**53 + number for number in range(1, 6)]

ORDINARY = [
    right("commas", AB_CSV, AB),
    right("semicolons", "a;b\n1;x\n2;y\n", AB),
    right("tabs", "a\tb\n1\tx\n2\ty\n", AB, "x.tsv"),
    right("tabs in a txt", "a\tb\n1\tx\n2\ty\n", AB, "x.txt"),
    right("bars", "a|b\n1|x\n2|y\n", AB, "x.txt"),
    right("line ends of Windows", "a,b\r\n1,x\r\n2,y\r\n", AB),
    right("no last line end", "a,b\n1,x\n2,y", AB),
    right("a mark of UTF-8", b"\xef\xbb\xbf" + AB_CSV.encode(), AB),
    right("UTF-8", "a,b\n1,Zürich\n2,Łódź\n", {"a": [1, 2], "b": ["Zürich", "Łódź"]}),
    right("blank lines", "a,b\n\n1,x\n\n2,y\n\n", AB),
    right("quoted", '"a","b"\n"1","x"\n"2","y"\n', AB),
    right("a comma in quotes", 'a,b\n1,"x, y"\n2,"z"\n', {"a": [1, 2], "b": ["x, y", "z"]}),
    right("a line end in quotes", 'a,b\n1,"x\ny"\n2,z\n', {"a": [1, 2], "b": ["x\ny", "z"]}),
    right("doubled quotes", 'a,b\n1,"the ""big"" one"\n2,z\n', {"a": [1, 2], "b": ['the "big" one', "z"]}),
    right("gaps", "a,b\n1,\n,y\n", {"a": [1, None], "b": [None, "y"]}),
    right("floats", "a,b\n1.5,x\n-0.25,y\n", {"a": [1.5, -0.25], "b": ["x", "y"]}),
    right("prices", "a,b\n7.25,x\n71.2833,y\n8.05,z\n53.1,w\n", {"a": [7.25, 71.2833, 8.05, 53.1], "b": list("xyzw")}),
    right("two decimals everywhere", "a,b\n1.50,x\n2.25,y\n3.10,z\n", {"a": [1.5, 2.25, 3.1], "b": list("xyz")}),
    right("floats of a program", "a,b\n1e-05,x\n1.5e+16,y\n", {"a": [1e-05, 1.5e16], "b": ["x", "y"]}),
    right("a thousand as R writes it", "a,b\n1e3,x\n1012.5,y\n", {"a": [1000, 1012.5], "b": ["x", "y"]}),
    right("changes with a sign", "a,b\n+5,x\n-3,y\n", {"a": [5, -3], "b": ["x", "y"]}),
    right("negative numbers", "a,b\n-1,x\n-2,y\n", {"a": [-1, -2], "b": ["x", "y"]}),
    right("true and false", "a,b\nTrue,x\nFalse,y\n", {"a": [True, False], "b": ["x", "y"]}),
    right("two words", "a,b\nyes,x\nno,y\n", {"a": ["yes", "no"], "b": ["x", "y"]}),
    right("days", "a,b\n2024-01-02,x\n2024-02-03,y\n", {"a": ["2024-01-02", "2024-02-03"], "b": ["x", "y"]}),
    right(
        "years as columns",
        "city,2019,2020,2021\nBern,5,6,7\n",
        {"city": ["Bern"], "2019": [5], "2020": [6], "2021": [7]},
    ),
    right("months as columns", "city,2024-01,2024-02\nBern,5,6\n", {"city": ["Bern"], "2024-01": [5], "2024-02": [6]}),
    right("counted columns", "0,1,2\n5.5,x,7\n6.5,y,8\n", {"0": [5.5, 6.5], "1": ["x", "y"], "2": [7, 8]}),
    right("an index without a name", ",b\n0,x\n1,y\n", {"column_1": [0, 1], "b": ["x", "y"]}),
    right("names with blanks", " net  amount ,b\n1,x\n2,y\n", {"net amount": [1, 2], "b": ["x", "y"]}),
    right("one column", "a\n1\n2\n", {"a": [1, 2]}),
    right("NA among numbers", "a,b\n1,x\nNA,y\n", {"a": [1, None], "b": ["x", "y"]}),
    right("N/A among words", "a,b\n1,x\n2,N/A\n", {"a": [1, 2], "b": ["x", None]}),
    right("house numbers", "a,b\n12a,x\n13,y\n14 b,z\n", {"a": ["12a", "13", "14 b"], "b": list("xyz")}),
    right("packed by gzip", gzip.compress(AB_CSV.encode()), AB, "x.csv.gz"),
    right("packed by bzip2", bz2.compress(AB_CSV.encode()), AB, "x.csv.bz2"),
    right("packed by xz", lzma.compress(AB_CSV.encode()), AB, "x.csv.xz"),
    right("packed by zip", archive(x_csv=AB_CSV), AB, "x.csv.zip"),
    right("JSON lines", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', AB, "x.jsonl"),
    right("a JSON list", json.dumps([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], indent=1), AB, "x.json"),
    right("JSON by columns", json.dumps(AB), AB, "x.json"),
    right("JSON lines called json", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', AB, "x.json"),
    right("nested JSON", '{"a": {"c": 1}, "b": [1, 2]}\n', {"a": ['{"c": 1}'], "b": ["[1, 2]"]}, "x.jsonl"),
    right("a workbook", book([["a", "b"], [1, "x"], [2, "y"]]), AB, "x.xlsx"),
    right("days in a workbook", book([["a"], *([day] for day in DAYS)]), {"a": DAYS}, "x.xlsx"),
    right(
        "gaps in a workbook", book([["a", "b"], [1, None], [None, "y"]]), {"a": [1, None], "b": [None, "y"]}, "x.xlsx"
    ),
    right("a Parquet file", parquet(pd.DataFrame(AB)), AB, "x.parquet"),
    right("days in Parquet", parquet(pd.DataFrame({"a": DAYS})), {"a": DAYS}, "x.parquet"),
    right("a filtered frame in Parquet", parquet(pd.DataFrame(AB).loc[[1]]), {"a": [2], "b": ["y"]}, "x.parquet"),
]

LETTERS = [
    right("German in cp1252", "a,b\n1,Zürich\n2,Größe\n".encode("cp1252"), {"a": [1, 2], "b": ["Zürich", "Größe"]}),
    asked("French in cp1252", "a,b\n1,Sèvres\n".encode("cp1252"), "line 2.*encoding=cp1252 if it has è"),
    asked(
        "Russian in cp1251",
        "a,b\n1,Москва\n2,Томск\n".encode("cp1251"),
        "line 2.*encoding=cp1251 if it has М Т а в к м о с",
    ),
    asked("Polish in cp1250", "a,b\n1,Łódź\n".encode("cp1250"), "encoding=cp1250 if it has ó Ł ź"),
    asked("Turkish in cp1254", "a,b\n1,Şişli\n".encode("cp1254"), "encoding=cp1254 if it has Ş ş"),
    asked(
        "Japanese in Shift-JIS",
        "a,b\n1,東京都\n2,大阪府\n".encode("shift_jis"),
        "encoding=cp932 if it has 京 大 府 東 都 阪",
    ),
    asked("Chinese in GB 18030", "a,b\n1,北京市\n".encode("gb18030"), "encoding="),
    asked("letters of DOS", "a,b\n1,Zürich\n".encode("cp850"), "encoding=cp850"),
    asked("one letter of DOS", "a,b\n1,Köln\n".encode("cp850"), "encoding=cp850 if it has ö"),
    asked("a last letter of DOS", "a,b\n1,città\n".encode("cp850"), "encoding=cp850 if it has à"),
    asked("Danish of DOS", "a,b\n1,Ærø\n2,København\n".encode("cp850"), "encoding=cp850 if it has Æ ø"),
    asked("one letter of a Macintosh", "a,b\n1,Köln\n".encode("mac_roman"), "encoding=mac_roman if it has ö"),
    asked("Spanish of a Macintosh", "a,b\n1,España\n".encode("mac_roman"), "encoding=mac_roman if it has ñ"),
    right("apostrophes in cp1252", "a,b\n1,it’s Köln\n".encode("cp1252"), {"a": [1], "b": ["it’s Köln"]}),
    refused("broken UTF-8", "a,b\n1,Zürich\n".encode() + b"2,Gen\xe8ve\n", "line 3: broken UTF-8"),
    refused("UTF-8 that is cut", "a,b\n1,Zürich\n2,Genü".encode()[:-1], "line 3: broken UTF-8"),
    right("UTF-16", "a,b\n1,Москва\n2,y\n".encode("utf-16"), {"a": [1, 2], "b": ["Москва", "y"]}),
    right("UTF-16 without a mark", AB_CSV.encode("utf-16-le"), AB),
    right("JSON lines in UTF-16", '{"a": 1, "b": "ü"}\n'.encode("utf-16"), {"a": [1], "b": ["ü"]}, "x.jsonl"),
    right("Russian, told", "a,b\n1,Москва\n".encode("cp1251"), {"a": [1], "b": ["Москва"]}, encoding="cp1251"),
    asked(
        "Japanese of Windows",
        "社名,n\n㈱東京商事,1\n大阪①支店～北,2\n髙橋（株）,3\nDVDプレーヤー,4\n".encode("cp932"),
        "encoding=cp932 if it has",
    ),
    asked("Japanese of old machines", "a,b\nﾃﾚﾋﾞ,1\nﾗｼﾞｵ,2\n".encode("cp932"), "encoding=cp932 if it has"),
    asked(
        "Chinese in GBK",
        "名称,n\n北京，市,1\n上海（浦东）,2\n“广州”——南,3\n".encode("gbk"),
        "encoding=gb18030 if it has",
    ),
    asked(
        "Russian firms in cp1251",
        "имя,n\nООО «Ромашка»,1\n№5/Б,2\n".encode("cp1251"),
        "encoding=cp1251",
    ),
    right("Japanese, told", "a,b\n1,東京都\n".encode("shift_jis"), {"a": [1], "b": ["東京都"]}, encoding="shift_jis"),
    asked("told wrongly", "a,b\n1,Zürich\n".encode("cp1252"), "line 2: this is no utf-8", encoding="utf-8"),
    asked("told nonsense", AB_CSV, "encoding='utf-99' is unknown", encoding="utf-99"),
    refused("a zero byte", "a,b\n1,\x00\n", "line 2: a zero byte"),
    refused("a zero byte far away", "a,b\n" + "1,x\n" * 70_000 + "2,\x00\n", "line 70002: a zero byte"),
    right("Arabic digits", "a,b\n١٢,x\n٣٫٥,y\n", {"a": [12, 3.5], "b": ["x", "y"]}),
]

LAYOUT = [
    right("commas in a tsv", AB_CSV, AB, "x.tsv"),
    right("semicolons in a tsv", "a;b\n1;x\n2;y\n", AB, "x.tsv"),
    right("old Macintosh", "a,b\r1,x\r2,y\r", AB),
    right(
        "quotes behind a backslash", 'a,b\n1,"the \\"big\\" one"\n2,"y"\n', {"a": [1, 2], "b": ['the "big" one', "y"]}
    ),
    right("a path that ends in a backslash", 'a,b\n1,"C:\\x\\"\n2,"y"\n', {"a": [1, 2], "b": ["C:\\x\\", "y"]}),
    right(
        "quotes behind a backslash, and doubled",
        'a,b\n1,"\\"x\\" y"\n2,"say ""hi"" now"\n',
        {"a": [1, 2], "b": ['"x" y', 'say "hi" now']},
    ),
    right(
        "quotes behind a backslash, late",
        "a,b\n" + "1,a word or two\n" * 20_000 + '2,"the \\"big, big\\" one"\n',
        {"a": [1] * 20_000 + [2], "b": ["a word or two"] * 20_000 + ['the "big, big" one']},
    ),
    right("empty rows above", ",\n,\na,b\n1,x\n2,y\n", AB),
    right("empty rows above words", ",,\n,,\na,b,c\nx,y,z\n", {"a": ["x"], "b": ["y"], "c": ["z"]}),
    asked("colons between columns", "a:b\n1:x\n2:y\n", "':' may separate .*delimiter=':' if it does"),
    asked("tildes between columns", "a~b~c\n1~x~3\n2~y~4\n", "'~' may separate"),
    right("colons in a column", "time\n10:30\n11:45\n", {"time": ["10:30", "11:45"]}),
    right("a very long field", "a,b\n1," + "x" * 200_000 + "\n", {"a": [1], "b": ["x" * 200_000]}),
    right("a very long name", "a," + "x" * 140_000 + "\n1,2\n", {"a": [1], "x" * 140_000: [2]}),
    asked("blanks between columns", "a b\n1 x\n2 y\n", "delimiter=space if they do", "x.txt"),
    right("blanks, told", "a  b\n1  x\n2 y\n", AB, "x.txt", delimiter="space"),
    right("names of people", "name\nAnna Smith\nBen Cole\n", {"name": ["Anna Smith", "Ben Cole"]}),
    right("a comment above", "# made by a program\na,b\n1,x\n2,y\n", AB),
    right("another sign", "a^b\n1^x\n2^y\n", AB, delimiter="^"),
    right("a title above", "Sales of May\n\na,b\n1,x\n2,y\n", AB),
    right("a title with empty fields", "Sales of May,,\n,,\na,b,c\n1,x,3\n2,y,4\n", {**AB, "c": [3, 4]}),
    asked("a title above words", "Sales of May\n\na,b\nx,y\nz,w\n", "header=3 if line 3 names the columns"),
    right(
        "a title above words, told", "Sales of May\n\na,b\nx,y\nz,w\n", {"a": ["x", "z"], "b": ["y", "w"]}, header="3"
    ),
    asked("no header, numbers", "1,x\n2,y\n", "line 1: '9' .* looks like a value.*header=none"),
    asked(
        "no header, measurements",
        "5.1,3.5,setosa\n4.9,3.0,setosa\n",
        "'9.9' .* looks like a value.*header=1.*header=none",
    ),
    asked("no header, days", "2024-01-02,x\n2024-02-03,y\n", "'9999-99-99' .* looks like a value"),
    asked("no header, addresses", "a@x.org,x\nb@x.org,y\n", "'a@a.aaa' .* looks like a value"),
    asked("no header, words", "anna,yes\nben,no\ncy,yes\n", "field 2, 'aaa' .* is also one of the values"),
    right("no header, told", "1,x\n2,y\n", {"column_1": [1, 2], "column_2": ["x", "y"]}, header="none"),
    right("numbers that are names, told", "5,x\n2,y\n", {"5": [2], "x": ["y"]}, header="1"),
    asked("few names", "a,,,,\n1,2,3,4,5\n1,2,3,4,6\n", "header="),
    asked("a line that is not there", AB_CSV, "has no row in line 9", header="9"),
    asked("a line that is none", AB_CSV, "header='first'", header="first"),
    asked("an arrow between columns", "a→b\n1→x\n", "delimiter='→': expected", delimiter="→"),
    asked("a quote between columns", 'a"b\n1"x\n', "but no quote", delimiter='"'),
    asked("a sign that is none", AB_CSV, "delimiter='ab'", delimiter="ab"),
    refused("a name twice", "a,b,a\n1,2,3\n", "columns 1, 3 are all called 'a'"),
    refused("a field too many", "a,b\n1,x\n2,y,z\n", "line 3: expected 2 fields, found 3"),
    refused("a field too many everywhere", "a,b\n1,x,z\n2,y,z\n", "line 2: expected 2 fields, found 3"),
    refused("a field too few", "a,b,c\n1,x,3\n2,y\n", "line 3: expected 3 fields, found 2"),
    refused("an open quote", 'a,b\n1,"x\n2,y\n', "data row 1 is never closed"),
    refused("the header once more", "a,b\n1,x\na,b\n2,y\n", "line 3: the header is repeated here"),
    refused("nothing", "", "is empty"),
    refused("only blanks", " \n\n", "is empty"),
    refused("no rows", "a,b\n", "has 2 columns and no row"),
]

VALUES = [
    right("identifiers above 2^53", csv([*map(str, BIG)], ["x"] * 5), {"a": BIG, "b": ["x"] * 5}),
    right("such with a gap", csv([str(2**53 + 1), ""], ["x", "y"]), {"a": [2**53 + 1, None], "b": ["x", "y"]}),
    right("such beyond 2^64", csv([str(2**70), "1"], ["x", "y"]), {"a": [2**70, "1"], "b": ["x", "y"]}),
    right("leading zeros", csv(["00501", "10001"], ["x", "y"]), {"a": ["00501", "10001"], "b": ["x", "y"]}),
    right(
        "leading zeros, late",
        csv(["1"] * 5000 + ["012"], ["x"] * 5001),
        {"a": ["1"] * 5000 + ["012"], "b": ["x"] * 5001},
    ),
    right(
        "blanks before codes",
        "a; tel; plz\n0; +491234500; 04100\n1; +491234511; 10115\n",
        {"a": [0, 1], "tel": ["+491234500", "+491234511"], "plz": ["04100", "10115"]},
    ),
    right("a blank before zeros", "a,b\n1, 01000\n2, 20001\n", {"a": [1, 2], "b": ["01000", "20001"]}),
    right("a blank before zeros in quotes", 'a,b\n1," 0123"\n2," 4567"\n', {"a": [1, 2], "b": ["0123", "4567"]}),
    right(
        "a blank before zeros and a tab", "a\tb\n1\t 0123\n2\t 4567\n", {"a": [1, 2], "b": ["0123", "4567"]}, "x.tsv"
    ),
    right("blanks behind codes", "a,b\n012   ,x\n101   ,y\n", {"a": ["012", "101"], "b": ["x", "y"]}),
    asked("blanks behind versions", "a,b\n1.9 ,x\n1.10 ,y\n", "'1.10' is a number or a version"),
    right("telephone numbers", csv(["+49123", "+49124"], ["x", "y"]), {"a": ["+49123", "+49124"], "b": ["x", "y"]}),
    asked(
        "an exponent in a code",
        csv(["1E5", "20"], ["x", "y"]),
        "column 'a': '9E9' .* is a number or a code.*as_text=a .*as_numbers=a",
    ),
    right("such a code, told", csv(["1E5", "20"], ["x", "y"]), {"a": ["1E5", "20"], "b": ["x", "y"]}, as_text=["a"]),
    right("such a number, told", csv(["1E5", "20"], ["x", "y"]), {"a": [1e5, 20], "b": ["x", "y"]}, as_numbers=["a"]),
    asked(
        "lists of answers",
        'a,b\n"1,2",x\n"1,20",y\n"2,3",z\n3,w\n',
        "'1,20' is a number or a list, as in 1,2.*as_text=a",
    ),
    right(
        "lists of answers in a workbook",
        book([["a"], ["1,2"], ["1,20"], ["2,3"], ["3"]]),
        {"a": ["1,2", "1,20", "2,3", "3"]},
        "x.xlsx",
    ),
    right("prices with a comma", "a;b\n1,20;x\n2,35;y\n3;z\n", {"a": [1.2, 2.35, 3], "b": list("xyz")}),
    right("thousands with a comma", 'a,b\n"1,200",x\n"12,500",y\n7,z\n', {"a": [1200, 12500, 7], "b": list("xyz")}),
    asked(
        "times of too many digits",
        csv([f"20240101123045.{n:06d}" for n in (1, 2, 29)], list("xyz")),
        "column 'a': '9+.9+' .* has more digits than a number keeps.*as_text=a",
    ),
    right(
        "such times, told",
        csv([f"20240101123045.{n:06d}" for n in (1, 2, 29)], list("xyz")),
        {"a": [f"20240101123045.{n:06d}" for n in (1, 2, 29)], "b": list("xyz")},
        as_text=["a"],
    ),
    right(
        "many digits that stay apart",
        csv(["0.33333333333333333333", "0.66666666666666666667", "1.5"], list("xyz")),
        {"a": [1 / 3, 2 / 3, 1.5], "b": list("xyz")},
    ),
    right(
        "moments with a word for the zone",
        csv([f"2024-01-0{day} 10:30 CET" for day in (1, 2)], ["x", "y"]),
        {"a": ["2024-01-01 10:30 CET", "2024-01-02 10:30 CET"], "b": ["x", "y"]},
    ),
    asked("versions", csv(["1.9", "1.10", "1.11"], list("xyz")), "'1.10' is a number or a version"),
    right("versions, told", csv(["1.9", "1.10"], ["x", "y"]), {"a": ["1.9", "1.10"], "b": ["x", "y"]}, as_text=["a"]),
    asked(
        "sections of a text",
        csv([f"1.{part:02d}" for part in range(101)], ["x"] * 101),
        "'1.100' is a number or a version",
    ),
    asked("versions by year", csv(["2023.9", "2023.10", "2023.11"], list("xyz")), "'2023.10' is a number or a version"),
    right(
        "prices up to three decimals",
        csv(["1.50", "1.459", "99.90"], list("xyz")),
        {"a": [1.5, 1.459, 99.9], "b": list("xyz")},
    ),
    right(
        "identifiers that a float wrote",
        csv([f"{number}.0" for number in BIG], ["x"] * 5),
        {"a": [f"{number}.0" for number in BIG], "b": ["x"] * 5},
    ),
    right(
        "large floats",
        csv(["9007199254740994.0", "1.5"], ["x", "y"]),
        {"a": [9007199254740994.0, 1.5], "b": ["x", "y"]},
    ),
    right(
        "thousands in a file with commas, told",
        csv(["1.234", "5.678"], ["x", "y"]),
        {"a": [1234, 5678], "b": ["x", "y"]},
        decimal=",",
    ),
    right("days as numbers", csv(["20240102", "20240203"], ["x", "y"]), {"a": DAYS, "b": ["x", "y"]}),
    right("such numbers, told", csv(["20240102"], ["x"]), {"a": [20240102], "b": ["x"]}, as_numbers=["a"]),
    right(
        "numbers of eight digits",
        csv(["20240102", "20249999"], ["x", "y"]),
        {"a": [20240102, 20249999], "b": ["x", "y"]},
    ),
    asked(
        "points that part thousands or not",
        "a;b\n1.234;x\n5.678;y\n",
        "'9.999' .* has decimals or thousands.*decimal=. or decimal=,",
    ),
    asked("a point in whole thousands", "a;b\n1.000;x\n2.000;y\n", "decimal=. or decimal=,"),
    right("such thousands, told", "a;b\n1.234;x\n5.678;y\n", {"a": [1234, 5678], "b": ["x", "y"]}, decimal=","),
    right("such decimals, told", "a;b\n1.234;x\n5.678;y\n", {"a": [1.234, 5.678], "b": ["x", "y"]}, decimal="."),
    right("thousands by another column", "a;b\n1.234;0,5\n5.678;2\n", {"a": [1234, 5678], "b": [0.5, 2]}),
    right("decimals by another column", "a;b\n1.234;0.5\n5.678;2\n", {"a": [1.234, 5.678], "b": [0.5, 2]}),
    right("decimals with commas", "a;b\n1,5;x\n0,25;y\n", {"a": [1.5, 0.25], "b": ["x", "y"]}),
    right("thousands with commas", 'a,b\n"1,234.50",x\n"7",y\n', {"a": [1234.5, 7], "b": ["x", "y"]}),
    right("thousands with blanks", "a;b\n1 234,5;x\n7;y\n", {"a": [1234.5, 7], "b": ["x", "y"]}),
    right("thousands with apostrophes", "a,b\n1'234.5,x\n7,y\n", {"a": [1234.5, 7], "b": ["x", "y"]}),
    right("dollars", 'a,b\n"1,234.50 USD",x\n7 USD,y\n', {"a": [1234.5, 7], "b": ["x", "y"]}),
    right("euros", "a;b\n1.375,14 EUR;x\n2 EUR;y\n", {"a": [1375.14, 2], "b": ["x", "y"]}),
    right("signs of currencies", "a,b\n$5.50,x\n-$3,y\n", {"a": [5.5, -3], "b": ["x", "y"]}),
    right("commas by another column", 'a,b\n"1,234","1,5"\n"5,678","0,25"\n', {"a": [1.234, 5.678], "b": [1.5, 0.25]}),
    right("commas in a file with commas", 'a,b\n"1,234",x\n"5,678",y\n', {"a": [1234, 5678], "b": ["x", "y"]}),
    right(
        "telephone numbers with blanks",
        csv(["+49 123 456", "+49 124 456"], ["x", "y"]),
        {"a": ["+49 123 456", "+49 124 456"], "b": ["x", "y"]},
    ),
    asked(
        "several currencies",
        "a,b\n5 USD,x\n5 EUR,y\n",
        "column 'a': its numbers have several units: EUR, USD.*as_text=a",
    ),
    right(
        "several currencies, told", "a,b\n5 USD,x\n5 EUR,y\n", {"a": ["5 USD", "5 EUR"], "b": ["x", "y"]}, as_text=["a"]
    ),
    asked("a currency that is lacking once", "a,b\n5 USD,x\n7,y\n", "several units: USD, none"),
    asked("several measures", "a,b\n5 kg,x\n300 g,y\n", "several units: g, kg"),
    right("one unit", "a,b\n5 kg,x\n1.5kg,y\n", {"a": [5, 1.5], "b": ["x", "y"]}),
    right("one year and several", "a,b\n1 year,x\n3 years,y\n", {"a": [1, 3], "b": ["x", "y"]}),
    right("one unit that few know", "a,b\n5 rooms,x\n3 rooms,y\n", {"a": [5, 3], "b": ["x", "y"]}),
    right("codes that end in a letter", "a,b\n4711A,x\n4712A,y\n", {"a": ["4711A", "4712A"], "b": ["x", "y"]}),
    right(
        "streets", "a,b\n5 Main Street,x\n7 Main Street,y\n", {"a": ["5 Main Street", "7 Main Street"], "b": ["x", "y"]}
    ),
    right("dashes among numbers", "a,b\n1,x\n-,y\n3,z\n", {"a": [1, None, 3], "b": list("xyz")}),
    right("question marks among words", "a,b\nred,x\n?,y\n", {"a": ["red", "?"], "b": ["x", "y"]}),
    right(
        "gaps among thousands",
        'a,b\n"1,234",x\n-,y\nn/k,z\n"5,678",w\n',
        {"a": [1234, None, None, 5678], "b": list("xyzw")},
    ),
    right("gaps among amounts", "a;b\n1.375,14 EUR;x\n?;y\n2 EUR;z\n", {"a": [1375.14, None, 2], "b": list("xyz")}),
    right("gaps among measures", "a,b\n5 kg,x\nunknown,y\n7 kg,z\n", {"a": [5, None, 7], "b": list("xyz")}),
    right("yes in German", "a,b\nJa,x\nnein,y\nJA,z\n", {"a": [True, False, True], "b": list("xyz")}),
    right("two words and a gap", "a,b\nJa,x\nnein,y\n-,z\n", {"a": ["Ja", "nein", None], "b": list("xyz")}),
    right("shares", "a,b\n12.5%,x\n7 %,y\n", {"a": [12.5, 7], "b": ["x", "y"]}),
    right("accounts", 'a,b\n"(1,250.00)",x\n"3,000.00",y\n', {"a": [-1250, 3000], "b": ["x", "y"]}),
    right(
        "yes in many ways",
        csv(["Yes", "YES", "no", "TRUE"], list("xyzw")),
        {"a": [True, True, False, True], "b": list("xyzw")},
    ),
    right("T, F and Y", csv(["T", "F", "Y", "T"], list("xyzw")), {"a": ["T", "F", "Y", "T"], "b": list("xyzw")}),
    right("a blank line in the only column", "a\n1\n\n2\n", {"a": [1, None, 2]}),
    right("a blank line after each", "a\n\n1\n\n2\n\n3\n", {"a": [1, 2, 3]}),
    right("such words", "a\nx\n\n\ny\n\n", {"a": ["x", None, None, "y"]}),
    right(
        "yes with gaps",
        csv(["Yes", "yes", "no", ""], list("xyzw")),
        {"a": [True, True, False, None], "b": list("xyzw")},
    ),
    right("true with gaps", csv(["True", "", "False"], list("xyz")), {"a": [True, None, False], "b": list("xyz")}),
    right(
        "surnames",
        csv(["Null", "None", "nan", "Smith"], list("xyzw")),
        {"a": ["Null", "None", "nan", "Smith"], "b": list("xyzw")},
    ),
    right(
        "a word for gaps, told",
        csv(["Null", "Smith"], list("xy")),
        {"a": [None, "Smith"], "b": list("xy")},
        missing=["Null"],
    ),
    right(
        "a word that other columns show", csv(["nan", "Smith"], ["1", "nan"]), {"a": [None, "Smith"], "b": [1, None]}
    ),
    right(
        "a surname beside it, told",
        csv(["nan", "Smith"], ["1", "nan"]),
        {"a": ["nan", "Smith"], "b": [1, None]},
        as_text=["a"],
    ),
    right("null among numbers", csv(["1", "NULL"], ["x", "y"]), {"a": [1, None], "b": ["x", "y"]}),
    right("Namibia", csv(["NA", "CH"], ["1", "2"]), {"a": ["NA", "CH"], "b": [1, 2]}),
    right(
        "times with and without a zone",
        csv(["2024-01-01T10:00", "2024-01-01T10:00+01:00"], ["x", "y"]),
        {"a": ["2024-01-01T10:00", "2024-01-01T10:00+01:00"], "b": ["x", "y"]},
    ),
    refused("two currencies, told", "a,b\n5 USD,x\n5 EUR,y\n", "written in several ways", as_numbers=["a"]),
    refused(
        "words in numbers, told",
        csv(["1", "on request"], ["x", "y"]),
        "column 'a', row 2: 'on request' is no number. Say missing='on request'",
        as_numbers=["a"],
    ),
    right(
        "words in numbers, told with what they mean",
        csv(["1", "on request"], ["x", "y"]),
        {"a": [1, None], "b": ["x", "y"]},
        as_numbers=["a"],
        missing=["on request"],
    ),
    asked("a column that is not there", AB_CSV, "as_text=c: .* has no such column", as_text=["c"]),
]

RECORDS = [
    right(
        "large numbers with a gap",
        f'{{"a": {2**53 + 1}}}\n{{"b": 1}}\n',
        {"a": [2**53 + 1, None], "b": [None, 1]},
        "x.jsonl",
    ),
    right("large numbers beside NaN", f'{{"a": {2**53 + 1}}}\n{{"a": NaN}}\n', {"a": [2**53 + 1, None]}, "x.jsonl"),
    right(
        "large numbers beside a float",
        f'{{"a": {2**53 + 1}}}\n{{"a": {2**53 + 3}}}\n{{"a": 1.5}}\n',
        {"a": [str(2**53 + 1), str(2**53 + 3), "1.5"]},
        "x.jsonl",
    ),
    refused("half a letter", '{"a": "x"}\n{"a": "\\ud800"}\n', r"line 2: .*half of a letter", "x.jsonl"),
    right(
        "decimals that a float would merge, in JSON",
        '{"a": 20240101123045.000001}\n{"a": 20240101123045.000002}\n{"a": null}\n',
        {"a": ["20240101123045.000001", "20240101123045.000002", None]},
        "x.jsonl",
    ),
    right(
        "long decimals in JSON that stay apart",
        '{"a": 0.30000000000000004}\n{"a": 0.66666666666666666667}\n{"a": 2}\n',
        {"a": [0.1 + 0.2, 2 / 3, 2]},
        "x.jsonl",
    ),
    right("a letter in two halves", '{"a": "\\ud83d\\ude00"}\n', {"a": ["😀"]}, "x.jsonl"),
    right("very large numbers", f'{{"a": {2**70}}}\n{{"a": 1}}\n', {"a": [2**70, "1"]}, "x.jsonl"),
    right(
        "identifiers that a float wrote, in JSON",
        "".join(f'{{"a": {number}.0}}\n' for number in BIG),
        {"a": [f"{number}.0" for number in BIG]},
        "x.jsonl",
    ),
    right("wrapped", '{"data": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}', AB, "x.json"),
    right("wrapped with more", '{"count": 2,\n "data": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}', AB, "x.json"),
    asked("two lists", '{"s": [{"a": 1}], "t": [{"a": 2}]}', "2 lists of records: s, t. Say sheet=s", "x.json"),
    right("two lists, told", '{"s": [{"a": 1}], "t": [{"a": 2}]}', {"a": [2]}, "x.json", sheet="t"),
    asked("a list that is not there", '{"s": [{"a": 1}]}', "sheet=u", "x.json", sheet="u"),
    refused("a name twice in a record", '{"a": 1}\n{"a": 1, "a": 2}\n', "line 2: 'a' stands twice", "x.jsonl"),
    refused("half a record", '{"a": 1}\n{"a": \n', "line 2: no valid JSON", "x.jsonl"),
    refused("numbers in a list", "[1, 2]", "record 1: expected named values", "x.json"),
    refused("names and rows apart", '{"columns": ["a"], "data": [[1]]}', "expected a list of records", "x.json"),
    refused("only a number", "5", "expected", "x.json"),
    right("texts of digits", '{"a": "01234", "b": "1.10"}\n', {"a": ["01234"], "b": ["1.10"]}, "x.jsonl"),
    right("names like words for nothing", '{"a": "None"}\n{"a": "Null"}\n', {"a": ["None", "Null"]}, "x.jsonl"),
    right("packed JSON lines", gzip.compress(b'{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'), AB, "x.jsonl.gz"),
    right("dashes among numbers in JSON", '{"a": 5}\n{"a": "-"}\n{"a": null}\n', {"a": [5, None, None]}, "x.jsonl"),
    right("amounts in JSON", '{"a": "1,234.50 USD"}\n{"a": "7 USD"}\n', {"a": [1234.5, 7]}, "x.jsonl"),
    right("days as numbers in JSON", '{"a": 20240102}\n{"a": 20240203}\n', {"a": DAYS}, "x.jsonl"),
]

TYPED = [
    right(
        "zeros in a workbook",
        book([["a", "b"], ["01234", 1], ["20001", 2]]),
        {"a": ["01234", "20001"], "b": [1, 2]},
        "x.xlsx",
    ),
    right("only texts of digits", book([["a", "b"], ["01234", "1.10"]]), {"a": ["01234"], "b": ["1.10"]}, "x.xlsx"),
    asked("two sheets", book([["a"], [1]], [["a"], [2]]), "2 sheets: s1, s2. Say sheet='s1'", "x.xlsx"),
    right("two sheets, told", book([["a"], [1]], [["a"], [2]]), {"a": [2]}, "x.xlsx", sheet="s2"),
    right("an empty sheet beside it", book([["a"], [1]], []), {"a": [1]}, "x.xlsx"),
    asked("a sheet that is not there", book([["a"], [1]]), "has no such sheet; it has s1", "x.xlsx", sheet="s9"),
    refused("a name twice in a workbook", book([["a", "a"], [1, 2]]), "columns 1, 2 are all called 'a'", "x.xlsx"),
    refused(
        "formulas without results",
        book([["a", "b"], [1, "=A2*2"]]),
        "cell B2: the formula has no stored result",
        "x.xlsx",
    ),
    right(
        "a formula whose result is an empty text",
        resaved(
            book([["a", "b"], [1, '=IF(A2=1,"",1)'], [2, "=A3*2"]]),
            ('<c r="B2"><f>', '<c r="B2" t="str"><f>'),
            ("<f>A3*2</f><v />", "<f>A3*2</f><v>4</v>"),
        ),
        {"a": [1, 2], "b": [None, 4]},
        "x.xlsx",
    ),
    right(
        "a sheet that says it is smaller",
        resaved(book([["a", "b"], [1, "x"], [2, "y"]]), ("A1:B3", "A1:A2")),
        AB,
        "x.xlsx",
    ),
    right("a title in a workbook", book([["Sales of May"], [], ["a", "b"], [1, "x"], [2, "y"]]), AB, "x.xlsx"),
    asked("no header in a workbook", book([[1, "x"], [2, "y"]]), "'9' .* looks like a value.*header=none", "x.xlsx"),
    right(
        "no header, told, in a workbook",
        book([[1, "x"], [2, "y"]]),
        {"column_1": [1, 2], "column_2": ["x", "y"]},
        "x.xlsx",
        header="none",
    ),
    right(
        "zeros that the format shows",
        formatted("00000", 1234, 20001, None),
        {"a": ["01234", "20001", None], "b": ["x"] * 3},
        "x.xlsx",
    ),
    right("long postal codes", formatted("00000-0000", 12345678), {"a": ["01234-5678"], "b": ["x"]}, "x.xlsx"),
    right("formats of amounts", formatted("#,##0.00", 1234), {"a": [1234], "b": ["x"]}, "x.xlsx"),
    right("two digits that the format shows", formatted("00", 7, 12), {"a": ["07", "12"], "b": ["x"] * 2}, "x.xlsx"),
    right("quantities of two digits", formatted("00", 17, 12), {"a": [17, 12], "b": ["x"] * 2}, "x.xlsx"),
    right("letters that the format shows", formatted('"K-"0000', 42), {"a": ["K-0042"], "b": ["x"]}, "x.xlsx"),
    right("a blank cell in the only column", book([["a"], [1], [None], [2]]), {"a": [1, None, 2]}, "x.xlsx"),
    asked(
        "a title above words in a workbook",
        book([["Sales of May"], [], ["a", "b"], ["x", "y"], ["z", "w"]]),
        "line 1 fills 1 of 2 columns, line 3 fills 2.*header=3 if line 3",
        "x.xlsx",
    ),
    right(
        "gaps as words in a workbook",
        book([["a", "b"], [1, "x"], ["n/k", "y"], ["-", "z"]]),
        {"a": [1, None, None], "b": list("xyz")},
        "x.xlsx",
    ),
    right("errors in cells", book([["a"], [1], ["#DIV/0!"], [3]]), {"a": [1, None, 3]}, "x.xlsx"),
    right(
        "numbers and words in a column",
        book([["a", "b"], [1, "x"], ["dear", "y"]]),
        {"a": ["1", "dear"], "b": ["x", "y"]},
        "x.xlsx",
    ),
    refused("an empty workbook", book([]), "is empty", "x.xlsx"),
    refused("a text called xlsx", AB_CSV, "cannot be read as a workbook", "x.xlsx"),
    refused("an archive called xlsx", archive(x_csv=AB_CSV), "cannot be read as a workbook", "x.xlsx"),
    refused("half a workbook", book([["a"], [1]])[:300], "cannot be read as a workbook", "x.xlsx"),
    right("an index with a name", parquet(pd.DataFrame(AB).set_index("b")), AB, "x.parquet"),
    right("an index of words", parquet(pd.DataFrame(AB, index=["p", "q"])), {**AB, "index": ["p", "q"]}, "x.parquet"),
    right(
        "large numbers with gaps",
        parquet(pd.DataFrame({"a": pd.array([2**53 + 1, None], "Int64")})),
        {"a": [2**53 + 1, None]},
        "x.parquet",
    ),
    right(
        "an index of two levels, one called as a column",
        parquet(indexed(["a", "b"], [1, 2], ["p", "q"])),
        {"a": [5, 6], "index_a": [1, 2], "b": ["p", "q"]},
        "x.parquet",
    ),
    right(
        "an index of two levels without names",
        parquet(indexed([None, None], [1, 2], ["p", "q"])),
        {"a": [5, 6], "index": [1, 2], "index_1": ["p", "q"]},
        "x.parquet",
    ),
    right(
        "an index that is called as a column",
        parquet(pd.DataFrame({"a": [5, 6]}, index=pd.Index([7, 9], name="a"))),
        {"a": [5, 6], "index_a": [7, 9]},
        "x.parquet",
    ),
    right(
        "an index of two levels of one name",
        parquet(indexed(["k", "k"], [1, 2], ["p", "q"])),
        {"a": [5, 6], "k": [1, 2], "index_k": ["p", "q"]},
        "x.parquet",
    ),
    right(
        "large numbers without a sign, with gaps",
        parquet(pd.DataFrame({"a": pd.array([2**53 + 1, 2**63 + 1, None], "UInt64")})),
        {"a": [2**53 + 1, 2**63 + 1, None]},
        "x.parquet",
    ),
    right("such without gaps", parquet(pd.DataFrame({"a": [2**63 + 1]})), {"a": [2**63 + 1]}, "x.parquet"),
    right(
        "lists in Parquet",
        parquet(pd.DataFrame({"a": [[1, 2], None, []]})),
        {"a": ["[1, 2]", None, "[]"]},
        "x.parquet",
    ),
    right(
        "an index that is a range with a name",
        parquet(pd.DataFrame(AB, index=pd.RangeIndex(5005, 5009, 2, name="customer"))),
        {**AB, "customer": [5005, 5007]},
        "x.parquet",
    ),
    right(
        "such a range that is called as a column",
        parquet(pd.DataFrame(AB, index=pd.RangeIndex(5, 7, name="a"))),
        {**AB, "index_a": [5, 6]},
        "x.parquet",
    ),
    right(
        "an index of numbers that counts nothing",
        parquet(pd.DataFrame({"a": [1, 2, 3]}, index=[17, 5005, 90])),
        {"a": [1, 2, 3], "index": [17, 5005, 90]},
        "x.parquet",
    ),
    right("large numbers", parquet(pd.DataFrame({"a": BIG})), {"a": BIG}, "x.parquet"),
    right(
        "decimals in Parquet", parquet(pd.DataFrame({"a": [Decimal("1.50"), None]})), {"a": [1.5, None]}, "x.parquet"
    ),
    right(
        "decimals in Parquet that a float would merge",
        parquet(pd.DataFrame({"a": [Decimal("20240101123045.000001"), Decimal("20240101123045.000002")]})),
        {"a": ["20240101123045.000001", "20240101123045.000002"]},
        "x.parquet",
    ),
    right("texts as bytes", parquet(pd.DataFrame({"a": [b"x", b"y"]})), {"a": ["x", "y"]}, "x.parquet"),
    refused("half a Parquet file", parquet(pd.DataFrame(AB))[:200], "no whole Parquet file", "x.parquet"),
    refused("a text called parquet", AB_CSV, "no whole Parquet file", "x.parquet"),
]

SHOPS = {"shop": ["north", "south"], "n": [3, 4], "fee": [1250.5, 750]}
SHOPS_CSV = "shop,n,fee\nnorth,3,1250.5\nsouth,4,750\n"
BELOW = [
    right("a total below", SHOPS_CSV + "Total,7,2000.5\n", SHOPS),
    right("a total below, in German", "shop;n;fee\nnorth;3;1.250,50\nsouth;4;750\nGesamt;7;2.000,50\n", SHOPS),
    right("a total of some columns", SHOPS_CSV + "Sum:,7,\n", SHOPS),
    right("an average below", SHOPS_CSV + "Average,3.5,1000.25\n", SHOPS),
    right("a total below identifiers", "id,n\n1,3\n2,4\nTotal,7\n", {"id": [1, 2], "n": [3, 4]}),
    right("a total below days", "day,n\n20240102,3\n20240203,4\nTOTAL,7\n", {"day": DAYS, "n": [3, 4]}),
    right(
        "totals between the rows",
        "shop,n\na,1\nb,2\nSubtotal,3\nc,5\nd,5\nSubtotal,10\nGrand total,13\n",
        {"shop": list("abcd"), "n": [1, 2, 5, 5]},
    ),
    right("a total and a note", SHOPS_CSV + "Total,7,2000.5\n\nSource: the office of statistics\n", SHOPS),
    right("a note in a line of its own", SHOPS_CSV + "\nmade by hand in May\n", SHOPS),
    right("a note that says so", SHOPS_CSV + "Note: made by hand\n", SHOPS),
    right("a note in the first cell", SHOPS_CSV + "made by hand,,\n", SHOPS),
    right(
        "a word that is a level", "a,b\ntotal,1\npart,2\ntotal,9\n", {"a": ["total", "part", "total"], "b": [1, 2, 9]}
    ),
    right(
        "a total below a sheet",
        book([["id", "n"], [1, 3], [2, 4], ["Total", 7]]),
        {"id": [1, 2], "n": [3, 4]},
        "x.xlsx",
    ),
    right(
        "a note below a sheet",
        book([["id", "n", "m"], [1, 3, 5], [2, 4, 6], [], ["Source: the office of statistics"]]),
        {"id": [1, 2], "n": [3, 4], "m": [5, 6]},
        "x.xlsx",
    ),
    refused(
        "a last row that is cut off", SHOPS_CSV + "Anna Smith", "line 4: expected 3 fields, found 1; is it cut off"
    ),
]

PACKS = [
    refused("a cut gzip file", gzip.compress(AB_CSV.encode() * 999)[:60], "is cut off", "x.csv.gz"),
    refused("a false gzip file", AB_CSV, "is no whole .gz file", "x.csv.gz"),
    refused(
        "a corrupt gzip file",
        gzip.compress(AB_CSV.encode() * 99)[:20] + b"\xff" * 40,
        "is no whole .gz file|is cut off",
        "x.csv.gz",
    ),
    refused("cut JSON lines", gzip.compress(b'{"a": 1}\n' * 999)[:50], "is cut off", "x.jsonl.gz"),
    refused("a false bzip2 file", AB_CSV, "is no whole .bz2 file", "x.csv.bz2"),
    refused("a false xz file", AB_CSV, "is no whole .xz file", "x.csv.xz"),
    refused("a false archive", AB_CSV, "is no whole .zip file", "x.csv.zip"),
    asked(
        "an archive of two files",
        archive(s_csv=AB_CSV, t_csv=AB_CSV),
        "holds 2 files: s.csv, t.csv. Say sheet=s.csv",
        "x.csv.zip",
    ),
    right("an archive of two files, told", archive(s_csv="a\n9\n", t_csv=AB_CSV), AB, "x.csv.zip", sheet="t.csv"),
    refused("an empty archive", archive(), "is an empty archive", "x.csv.zip"),
    refused(
        "a gzip file called csv", gzip.compress(AB_CSV.encode()), "is a gzip file; let its name end in .gz", "x.csv"
    ),
    refused("a workbook called csv", book([["a"], [1]]), "is a zip file or a workbook", "x.csv"),
    refused("a Parquet file called csv", parquet(pd.DataFrame(AB)), "is a Parquet file", "x.csv"),
    refused("a web page", "<!DOCTYPE html><html>log in</html>", "is a web page", "x.csv"),
    asked("a file of another kind", "x", "a table is one of", "x.docx"),
    asked("a packed Parquet file", gzip.compress(parquet(pd.DataFrame(AB))), "a table is one of", "x.parquet.gz"),
]

ODD = [*LETTERS, *LAYOUT, *VALUES, *RECORDS, *TYPED, *BELOW, *PACKS]

SOMEBODY = "Zoë.Quixworth@mail.example"  # what no question and no verdict may quote
DOUBTFUL = [  # files that are asked about or refused, each with a private value where it is in doubt
    asked("no header", f"{SOMEBODY},1\nbob@mail.example,2\n", "looks like a value"),
    asked("a value in the header", "Zoë Quixworth,yes\nBob,no\nZoë Quixworth,no\n", "one of the values below"),
    asked("titles", f"for {SOMEBODY}\nof Zoë\n1,2\n3,4\n", "header"),
    asked("another encoding", f"a,b\n{SOMEBODY},Müller\n".encode("cp1250"), "not UTF-8"),
    asked("codes", "a,b\n7081E5,x\n8123E7,y\n", "number or a code"),
    asked("point or comma", "a;b\n7.081;x\n8.123;y\n", "decimals or thousands"),
    refused("words in numbers", csv(["1", SOMEBODY], ["x", "y"]), "is no number", as_numbers=["a"]),
    refused("a phone number in numbers", csv(["1", "0171/5550199"], ["x", "y"]), "is no number", as_numbers=["a"]),
    refused("too many fields", f"a,b\n1,2\n1,{SOMEBODY},0171/5550199\n", "expected 2 fields"),
    refused("an open quote", f'a,b\n1,"{SOMEBODY}\n2,3\n', "never closed"),
    refused("a text of JSON", json.dumps(SOMEBODY), "expected a list of records, found a text", "x.json"),
    refused("texts of JSON", json.dumps([SOMEBODY]), "record 1: expected named values", "x.json"),
    refused("broken JSON", f'{{"a": "{SOMEBODY}"', "no valid JSON", "x.jsonl"),
]
