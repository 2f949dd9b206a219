-- asset: reading_outcomes
-- severity: critical
-- reason: on each day and for each source, the accepted articles are those read and those not read with a reason, and only articles that
-- were read have findings; an article skipped without a word would look like calm
with outcome_counts as (
    select
        index_date,
        source,
        count(*) as outcomes,
        count(*) filter (where outcome = 'read') as articles_read,
        count(*) filter (where outcome <> 'read') as not_read
    from reading_outcomes
    group by index_date, source
),

article_counts as (
    select
        articles.index_date,
        articles.source,
        count(*) as articles,
        count(reading_outcomes.article_id) as with_outcome,
        count(*) filter (where reading_outcomes.outcome <> 'read' and found.article_id is not null) as findings_of_unread
    from articles
    left join reading_outcomes using (article_id, index_date)
    left join (select distinct article_id from findings) as found using (article_id)
    group by articles.index_date, articles.source
),

accepted_counts as (
    select
        index_date,
        source,
        accepted
    from coverage
    where accepted > 0
)

select
    index_date,
    source,
    accepted_counts.accepted,
    outcome_counts.articles_read,
    outcome_counts.not_read,
    article_counts.findings_of_unread
from accepted_counts
full outer join outcome_counts using (index_date, source)
full outer join article_counts using (index_date, source)
where
    accepted_counts.accepted is distinct from outcome_counts.articles_read + outcome_counts.not_read
    or accepted_counts.accepted is distinct from article_counts.with_outcome
    or article_counts.articles is distinct from article_counts.with_outcome
    or article_counts.findings_of_unread > 0
