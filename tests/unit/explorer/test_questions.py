from pipeline.explorer.questions import cookbook_file, read_questions

PAGE = """# Cookbook

Text.

## The *first* part

### How many?

Count `rows`, see [there](other.md#x). **Mind** nulls.

```sql
select 1
```

<!-- [[[cog print(answer(home)) ]]] -->
| one |
|---|
| What is this? |
<!-- [[[end]]] -->

The rest of the text. And why? Since
lines end.

```sql
select
    2
```

All in one list:

```sql
select 3
```

### Without a query

```python
print(1)
```

## Other

### What else?

```sql
select 4
```
"""


def test_each_query_of_the_cookbook_is_a_question() -> None:
    titles = [(question.section, question.title, question.sql) for question in read_questions(PAGE)]
    assert titles == [
        ("The *first* part", "How many?", "select 1"),
        ("The *first* part", "And why?", "select\n    2"),
        ("The *first* part", "All in one list", "select 3"),
        ("Other", "What else?", "select 4"),
    ]


def test_the_text_before_a_query_is_plain_and_without_answers() -> None:
    notes = [question.note for question in read_questions(PAGE)]
    assert notes == ["Count rows, see there. Mind nulls.", "The rest of the text. And why? Since lines end.", "All in one list:", ""]


def test_the_shipped_cookbook_has_short_and_distinct_titles() -> None:
    text = cookbook_file().read_text(encoding="utf-8")
    questions = read_questions(text)
    assert len(questions) == text.count("```sql\n") > 20
    titles = [question.title for question in questions]
    assert len(set(titles)) == len(titles)
    assert all(0 < len(title) <= 90 for title in titles)
    assert not any(mark in question.title + question.note for question in questions for mark in ("`", "**", "](", "|", "<!--"))
