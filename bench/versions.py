"""How well versions and same contents are recognised, on papers whose truth is known: precision, recall, CPU.

Run: .venv/bin/python -m bench.versions [--demo FOLDER]. Three sets: real files in two forms (../shared/data), the demo
office's papers (written anew unless --demo names its files), and real minutes with versions made of them."""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from hiroba.extract import files
from hiroba.language.likeness import bands, signature, sketch
from hiroba.language.versions import Paper, decide

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
Pair = frozenset[str]
# Pairs of real files that are one (seen by eye): three discussion papers in Word and PDF, one list in two encodings,
# one workbook saved by two programs.
OFFICE_TRUTH = (
    ("cio-jp__dp2020_01.docx", "cio-jp__dp2020_01.pdf"),
    ("cio-jp__dp2020_04.docx", "cio-jp__dp2020_04.pdf"),
    ("cio-jp__dp2021_06.docx", "cio-jp__dp2021_06.pdf"),
    ("localgovlistjp__localgov_sjis_crlf.csv", "localgovlistjp__localgov_utf8_lf.csv"),
    ("poi__51519.xlsx", "tika__testEXCEL_phonetic.xls"),
)
# Papers of the demo office that are versions of each other, group by group (by the stories they belong to).
DEMO_TRUTH = (
    ("検討資料2_こども分野.pptx", "検討資料2_こども分野_差替.pptx"),
    ("令和9年度当初_こども部説明.xlsx", "令和9年度当初_こども部説明_訂正.xlsx"),
    ("改善事例集_原稿_入園係ほか.docx", "改善事例集_原稿_入園係ほか（旧）.docx"),
    ("転入届の手引 第4版.docx", "転入届の手引 第5版.docx"),
    ("避難所を開ける手引 改訂.docx", "避難所を開ける手引.docx"),
    ("申込みフォームの項目_案.xlsx", "申込みフォームの項目_案2.xlsx"),
    ("記入例_案.docx", "記入例_最終版.docx", "記入例_最終版2.docx", "記入例_窓口配布用.pdf"),
    (
        "一時保育のちらし_最終.docx",
        "一時保育のちらし_最終2.docx",
        "一時保育のちらし_最終2_今野修正.docx",
        "一時保育のちらし_ほんとうに最終.docx",
    ),
    ("第2回定例会_答弁資料_一時保育.docx", "第2回定例会_答弁資料_一時保育_最終版2.docx"),
    ("粗大ごみカード_案1.docx", "粗大ごみカード_案2.docx", "粗大ごみカード_案3_最終.docx", "粗大ごみカード_印刷用.pdf"),
)
MAIL_AND_IMAGES = frozenset(
    {".eml", ".msg", ".mbox", ".png", ".tif", ".tiff", ".jpg", ".jpeg", ".json", ".jsonl", ".md"}
)


@dataclass(frozen=True)
class Measured:
    """What one set came to."""

    name: str
    papers: int
    true: int
    found: int
    right: int
    cpu: float
    wrong: list[str]


def main() -> None:
    """Measure the three sets and print one table, then what was found wrongly."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", type=Path)
    demo = parser.parse_args().demo
    measured = [_office(), *([_demo(demo)] if demo else _written_demo()), _minutes()]
    lines = [
        "| papers of which some are one | papers | pairs | found | precision | recall | CPU ms a paper |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in measured:
        precision, recall = each.right / max(1, each.found), each.right / max(1, each.true)
        cpu = 1000 * each.cpu / max(1, each.papers)
        lines.append(
            f"| {each.name} | {each.papers} | {each.true} | {each.found} | {precision:.2f} | {recall:.2f} | {cpu:.1f} |"
        )
    lines += [f"wrong in {each.name}: {pair}" for each in measured for pair in each.wrong]
    sys.stdout.write("\n".join(lines) + "\n")


def _office() -> Measured:
    papers = [(path.name, "", text) for path, text in _texts(DATA / "office_files" / "japanese")]
    return _measure("real files in two forms", papers, {frozenset(pair) for pair in OFFICE_TRUTH})


def _written_demo() -> Iterator[Measured]:
    try:
        from demo.office import build
    except ImportError:
        return
    with tempfile.TemporaryDirectory(prefix="hiroba-bench-") as folder:
        build(Path(folder), dt.datetime.now(tz=dt.UTC).date())
        yield _demo(Path(folder) / "files")


def _demo(folder: Path) -> Measured:
    papers = [(path.name, str(path.parent.relative_to(folder)), text) for path, text in _texts(folder)]
    known = {name for name, _, _ in papers}
    groups = ([name for name in group if name in known] for group in DEMO_TRUTH)
    truth = {frozenset(pair) for group in groups for pair in combinations(group, 2)}
    return _measure("the demo office", papers, truth)


def _minutes() -> Measured:
    """Real minutes, each also as a version with one paragraph in twenty rewritten, and as an empty-marked copy of
    another form; minutes of other days are what must not be taken for versions."""
    chance = random.Random(1)
    papers: list[tuple[str, str, str]] = []
    truth: set[Pair] = set()
    for number, (path, text) in enumerate(_texts(DATA / "minutes")):
        names = [f"会議の記録{number}.docx", f"会議の記録{number}_修正.docx", f"kaigi{number}.pdf"]
        lines = text.split("\n")
        changed = [line[::-1] if chance.random() < 0.05 else line for line in lines]
        printed = "\n".join(
            f"{line}\n- {page} -" if page % 40 == 0 else line for page, line in enumerate(lines, start=1)
        )
        papers += zip(names, [path.parent.name] * 3, (text, "\n".join(changed), printed), strict=True)
        truth |= {frozenset(pair) for pair in combinations(names, 2)}
    return _measure("real minutes and versions made of them", papers, truth)


def _texts(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() not in MAIL_AND_IMAGES:
            extraction = files.extract(path)
            text = "\n".join(passage.text for passage in extraction.passages)
            if text:
                yield path, text


def _measure(name: str, known: Sequence[tuple[str, str, str]], truth: set[Pair]) -> Measured:
    began = time.process_time()
    papers = [Paper(name, folder, Path(name).suffix.lower(), sketch(text)) for name, folder, text in known]
    found = {frozenset((a.file_name, b.file_name)) for a, b in _candidates(papers) if decide(a, b)[0]}
    spent = time.process_time() - began
    wrong = [" | ".join(sorted(pair)) for pair in found - truth]
    return Measured(name, len(papers), len(truth), len(found), len(found & truth), spent, wrong)


def _candidates(papers: Sequence[Paper]) -> Iterable[tuple[Paper, Paper]]:
    """The pairs that the tables of hiroba.ingest.versions would bring together."""
    together: dict[object, list[int]] = defaultdict(list)
    for number, paper in enumerate(papers):
        if paper.text.is_enough:
            for band, value in enumerate(bands(signature(paper.text))):
                together[band, value].append(number)
        if paper.name.stem:
            together[paper.folder, paper.name.stem].append(number)
    pairs = {pair for numbers in together.values() for pair in combinations(numbers, 2)}
    return ((papers[one], papers[other]) for one, other in sorted(pairs))


if __name__ == "__main__":
    main()
