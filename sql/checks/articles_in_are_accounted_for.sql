-- asset: coverage
-- severity: critical
-- reason: nothing that came in is lost: rows in = accepted + duplicate + quarantined, on every day
with came_in as (
    select
        index_date,
        count(*) as rows_in
    from raw_articles
    group by index_date
),

kept as (
    select
        index_date,
        sum(accepted) as accepted,
        sum(duplicate) as duplicate,
        sum(quarantined) as quarantined
    from coverage
    group by index_date
),

filed as (
    select
        index_date,
        count(*) filter (where kept_as = 'article') as accepted,
        count(*) filter (where kept_as = 'duplicate') as duplicate,
        count(*) filter (where kept_as = 'quarantine') as quarantined
    from (
        select
            index_date,
            'article' as kept_as
        from articles
        union all
        select
            index_date,
            'duplicate' as kept_as
        from duplicates
        union all
        select
            index_date,
            'quarantine' as kept_as
        from quarantine
    ) as every_row
    group by index_date
)

select
    coalesce(came_in.index_date, kept.index_date, filed.index_date) as index_date,
    came_in.rows_in,
    kept.accepted,
    kept.duplicate,
    kept.quarantined
from came_in
full outer join kept on kept.index_date = came_in.index_date
full outer join filed on filed.index_date = coalesce(came_in.index_date, kept.index_date)
where
    came_in.rows_in is distinct from kept.accepted + kept.duplicate + kept.quarantined
    or kept.accepted is distinct from filed.accepted
    or kept.duplicate is distinct from filed.duplicate
    or kept.quarantined is distinct from filed.quarantined
