"""Ask a second person about measures in force, and compare the answers.

    uv run python benchmarks/measures.py questions > questions.csv
    uv run python benchmarks/measures.py layers > layers.csv
    uv run python benchmarks/measures.py compare [--draw 2] [--before]
    uv run python benchmarks/measures.py compare --questions questions.csv --answers answers.csv

The answers are compared with our list of acts. A layer is one legal programme with its goods. A question is a day, an actor and a target:
which layers applied (in force or as a quota), and at which rate? Whoever answers sees the names of the layers and their goods, but neither
acts nor rates, and looks them up in official sources. `answers.csv` has the columns `number`, `layer`, `rate_pct` and `note`, one row for
each layer; the rate is empty where a layer has none, as for an export control. Where several rates apply, the highest counts. A question
without layers has one row with the layer `none`; a layer that the list lacks is `other`, with a note. Half of the days are drawn from all
days, half from the days just before and after an act.
Questions are drawn from the list as it is, so keep `questions.csv`: after a correction the same seed draws others.
By default the questions and answers of the first or second draw in `tests/gold` are compared with the present list; `--before` compares
them with what the list said before these answers corrected it, which is the independent figure.
"""

import argparse
import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.measures import MEASURE_STATES
from pipeline.index.measures.acts import CHECKED_FILE, LAYERS_FILE
from pipeline.models.build import build_tables

QUESTIONS = 60
SEED = 15
DAYS_AROUND = 3
RATE_TOLERANCE = 0.01
GOLD = Path(__file__).parents[1] / "tests" / "gold"
DRAWS = {1: "", 2: "-2"}  # suffixes of the files in tests/gold


def main() -> None:
    """Print questions, layers, or the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("questions", "layers", "compare"))
    parser.add_argument("--draw", type=int, choices=tuple(DRAWS), default=1, help="which questions and answers of tests/gold to compare")
    parser.add_argument("--before", action="store_true", help="compare the list as it was before the answers of this draw")
    parser.add_argument("--questions", type=Path, help="other questions, as they were drawn")
    parser.add_argument("--answers", type=Path, help="the answers to them")
    parser.add_argument("--count", type=int, default=QUESTIONS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    if (options.questions is None) != (options.answers is None) or (options.before and options.questions):
        parser.error("give --questions and --answers together, and without --before: the earlier list is known for tests/gold only")
    if options.command == "questions":
        draw_questions(options.count, options.seed).write_csv(sys.stdout)
    elif options.command == "layers":
        pl.read_csv(LAYERS_FILE).select("layer", "actor", "instrument", "programme", "product").write_csv(sys.stdout)
    else:
        drawn, answers, before = (GOLD / f"measures-{name}{DRAWS[options.draw]}.csv" for name in ("questions", "answers", "list"))
        questions = pl.read_csv(options.questions or drawn, try_parse_dates=True)
        layers = read_answers(before, questions).rename({"note": "act_id"}) if options.before else list_layers(questions)
        compare(questions, read_answers(options.answers or answers, questions), layers)


def draw_questions(count: int, seed: int) -> pl.DataFrame:
    """Draw questions with the columns `number`, `day`, `actor` and `target`.

    Directed pairs of the ten actors are drawn in proportion to their number of rows in MEASURE_STATES. The days are among those checked for
    the actor (`CHECKED_FILE`).
    """
    drawn = random.Random(seed)  # noqa: S311 a sample, no secret
    checked = {row["actor"]: row for row in csv.DictReader(CHECKED_FILE.open(encoding="utf-8"))}
    states = _states().filter(pl.col("target").is_in(list(checked)))
    sizes = states.group_by("actor", "target").len().sort("actor", "target")
    pairs, weights = sizes.select("actor", "target").rows(), sizes["len"].to_list()
    rows = []
    for number in range(1, count + 1):
        actor, target = drawn.choices(pairs, weights)[0]
        first, last = (date.fromisoformat(checked[actor][name]) for name in ("checked_from", "checked_through"))
        if number % 2:
            day = first + timedelta(days=drawn.randrange((last - first).days + 1))
        else:
            changes = sorted(set(states.filter(pl.col("valid_from").is_between(first, last), actor=actor, target=target)["valid_from"]))
            day = (drawn.choice(changes) if changes else first) + timedelta(days=drawn.randint(-DAYS_AROUND, DAYS_AROUND))
            day = min(max(day, first), last)
        rows.append({"number": number, "day": day, "actor": actor, "target": target})
    return pl.DataFrame(rows)


def read_answers(path: Path, questions: pl.DataFrame) -> pl.DataFrame:
    """Read the answers; exit with a message if they do not fit the questions.

    That is if an answer is to none of `questions`, a question has no answer, or a layer is unknown.
    """
    answers = pl.read_csv(path, schema_overrides={"number": pl.Int64, "layer": pl.String, "rate_pct": pl.Float64, "note": pl.String})
    known = {*pl.read_csv(LAYERS_FILE)["layer"], "none", "other"}
    problems = [f"layer {name!r} is unknown" for name in sorted(set(answers["layer"]) - known)]
    problems += [f"question {number} has no answer" for number in sorted(set(questions["number"]) - set(answers["number"]))]
    problems += [f"question {number} is not one of the questions" for number in sorted(set(answers["number"]) - set(questions["number"]))]
    if problems:
        sys.exit(f"{path}: {'; '.join(problems)}. Correct the file, or give the questions that it answers")
    return answers


def list_layers(questions: pl.DataFrame) -> pl.DataFrame:
    """List the layers (legal programmes with their goods) that our list gives as answers.

    They are in force, or apply as a quota, on the day of the question. Columns: `number` (of the question), `layer`, `rate_pct` and
    `act_id`.
    """
    return (
        questions.join(_states(), on=["actor", "target"])
        .filter(
            pl.col("standing").is_in(("in_force", "quota")),
            pl.col("valid_from") <= pl.col("day"),
            pl.col("valid_to").is_null() | (pl.col("day") < pl.col("valid_to")),
        )
        .select("number", "layer", "rate_pct", "act_id")
    )


def compare(questions: pl.DataFrame, answers: pl.DataFrame, layers: pl.DataFrame) -> None:
    """Print how many layers agree with the answers, and each difference.

    `layers`: those of our list, legal programmes with their goods (`list_layers`). A layer agrees if both list and answers have it for the
    question, at the same rate or without one.
    """
    ours = layers.filter(pl.col("layer") != "none").with_columns(is_ours=True)
    theirs = answers.filter(pl.col("layer") != "none").select("number", "layer", "rate_pct", "note", is_theirs=True)
    both = ours.join(theirs, on=["number", "layer"], how="full", coalesce=True, suffix="_answer").join(questions, on="number")
    same_rate = (pl.col("rate_pct") - pl.col("rate_pct_answer")).abs() <= RATE_TOLERANCE
    agrees = (same_rate | (pl.col("rate_pct").is_null() & pl.col("rate_pct_answer").is_null())).fill_null(value=False)
    judged = both.with_columns(
        outcome=pl.when(pl.col("is_ours").is_null())
        .then(pl.lit("missing here"))
        .when(pl.col("is_theirs").is_null())
        .then(pl.lit("only here"))
        .when(agrees)
        .then(pl.lit("agrees"))
        .otherwise(pl.lit("other rate"))
    ).sort("number", "layer")
    right = judged.filter(outcome="agrees").height
    without = questions.join(judged, on="number", how="anti").height
    print(f"{right} of {judged.height} layers agree ({right / max(judged.height, 1):.1%})")
    print(f"{questions.height} questions, {without} without any layer on either side")
    for row in judged.filter(pl.col("outcome") != "agrees").iter_rows(named=True):
        print(
            f"{row['number']:>3} {row['day']} {row['actor']}>{row['target']} {row['layer']}: {row['outcome']}; here {row['rate_pct']} "
            f"({row['act_id']}), answer {row['rate_pct_answer']} {row['note'] or ''}"
        )


def _states() -> pl.DataFrame:
    return build_tables({}, [MEASURE_STATES], {})[MEASURE_STATES.name]


if __name__ == "__main__":
    main()
