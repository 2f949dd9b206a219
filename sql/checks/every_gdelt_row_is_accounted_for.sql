-- asset: gdelt_daily
-- severity: critical
-- reason: every row of a file is an event or counted with the reason why not, and every event is stored; a loss would look like calm
with stored as (
    select
        added_at as quarter_at,
        count(*) as kept_count
    from gdelt_events
    group by added_at
)

select
    quarter_at,
    accounts.read_count,
    accounts.kept_count as kept_by_account,
    stored.kept_count
from gdelt_accounts as accounts
full outer join stored using (quarter_at)
where
    coalesce(accounts.kept_count, 0) != coalesce(stored.kept_count, 0)
    or accounts.read_count is distinct from
    accounts.kept_count + accounts.repeated_count + accounts.malformed_count + accounts.no_country_count
    + accounts.domestic_count + accounts.no_state_count + accounts.other_kind_count
