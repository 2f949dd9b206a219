"""Benchmarks run with small inputs; those that read articles use the bundled sample."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "pipeline" / "sample" / "articles"


def run_benchmark(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks" / script), "--articles", str(SAMPLE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_sample_of_the_gate_is_deterministic() -> None:
    once, twice = (run_benchmark("gate_sample.py", "--count", "3") for _ in range(2))
    assert once.returncode == 0
    assert once.stdout == twice.stdout
    assert [line.split()[0] for line in once.stdout.splitlines()[::3]] == ["1", "2", "3"]


def test_gate_recall_needs_articles_with_topics() -> None:
    refused = run_benchmark("gate_recall.py")
    assert refused.returncode == 2
    assert "has no topics; give a Parquet file with a column `topics`" in " ".join(refused.stderr.split())


def test_an_archive_is_measured_step_by_step_and_removed(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "archive.py"), "--gigabytes", "0.0005", "--days", "20", "--folder", str(tmp_path)]
    printed = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines() if line.startswith("| ")][1:]
    assert [row[0] for row in rows] == ["raw_articles", "admission"]
    assert rows[0][1] == rows[1][1] != "0"
    assert list(tmp_path.iterdir()) == []


def test_the_index_is_measured_at_three_sizes() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "index.py"), "--signals", "4000", "--years", "1"]
    printed = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    rows = [line.split("|")[1:-1] for line in printed.splitlines() if line.startswith("| ")][1:]
    assert [row[0].strip() for row in rows] == ["1,000", "2,000", "4,000"]
    masses = [int(row[1].replace(",", "")) for row in rows]
    assert masses == sorted(masses)
    assert masses[2] < 5 * masses[0]


def test_the_linking_of_stories_finds_copies_and_nothing_else() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "stories.py"), "--articles", "600", "--days", "3", "--batch", "2"]
    printed = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    ours = next(line.split("|")[1:-1] for line in printed.splitlines() if "(ours)" in line)
    assert float(ours[5].strip().rstrip("%")) > 90
    assert ours[6].strip() == "0"


def test_events_are_measured_with_both_storages() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "events.py"), "--days", "3", "--shipped-days", "2"]
    printed = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in printed.splitlines() if line.startswith("| ")][1:]
    assert [row[:2] for row in rows] == [["shipped", "2"], ["batching", "3"]]
    assert int(rows[1][2]) - int(rows[0][2]) == 2 * 7  # one more day adds two events for each of seven daily tables


def test_questions_on_measures_are_drawn_and_compared(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        command = [sys.executable, str(ROOT / "benchmarks" / "measures.py"), *arguments, "--count", "4"]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout

    drawn = run("questions")
    assert drawn == run("questions")
    questions = drawn.splitlines()
    assert questions[0] == "number,day,actor,target"
    assert len(questions) == 5
    assert "rate" not in run("layers").splitlines()[0]
    drawn_file, answers = tmp_path / "questions.csv", tmp_path / "answers.csv"
    drawn_file.write_text(drawn, encoding="utf-8")
    answers.write_text(
        "number,layer,rate_pct,note\n" + "".join(f"{number},other,99,a guess\n" for number in (1, 2, 3, 4)), encoding="utf-8"
    )
    assert run("compare", "--questions", str(drawn_file), "--answers", str(answers)).startswith("0 of ")
    assert run("compare", "--before").startswith("404 of 438 layers agree (92.2%)")
    assert run("compare", "--draw", "2", "--before").startswith("362 of 380 layers agree (95.3%)")
