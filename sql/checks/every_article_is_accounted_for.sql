-- asset: coverage
-- severity: critical
-- reason: every raw article is accepted, a duplicate or quarantined, on every day; a lost row would go unnoticed
with raw_counts as (
    select
        index_date,
        count(*) as rows_in
    from raw_articles
    group by index_date
),

coverage_counts as (
    select
        index_date,
        sum(accepted) as accepted,
        sum(duplicate) as duplicate,
        sum(quarantined) as quarantined
    from coverage
    group by index_date
),

stored_counts as (
    select
        index_date,
        count(*) filter (where stored_as = 'article') as accepted,
        count(*) filter (where stored_as = 'duplicate') as duplicate,
        count(*) filter (where stored_as = 'quarantine') as quarantined
    from (
        select
            index_date,
            'article' as stored_as
        from articles
        union all
        select
            index_date,
            'duplicate' as stored_as
        from duplicates
        union all
        select
            index_date,
            'quarantine' as stored_as
        from quarantine
    ) as stored_rows
    group by index_date
)

select
    index_date,
    raw_counts.rows_in,
    coverage_counts.accepted,
    coverage_counts.duplicate,
    coverage_counts.quarantined
from raw_counts
full outer join coverage_counts using (index_date)
full outer join stored_counts using (index_date)
where
    raw_counts.rows_in is distinct from coverage_counts.accepted + coverage_counts.duplicate + coverage_counts.quarantined
    or coverage_counts.accepted is distinct from stored_counts.accepted
    or coverage_counts.duplicate is distinct from stored_counts.duplicate
    or coverage_counts.quarantined is distinct from stored_counts.quarantined
