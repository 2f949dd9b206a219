-- The pooled index: one row for each day and pair, with the probability of each phase.
select
    index_daily.* exclude (series), -- noqa: RF02
    phase_daily.* exclude (index_date, pair, phase) -- noqa: RF02
from index_daily
inner join phase_daily on phase_daily.index_date = index_daily.index_date and phase_daily.pair = index_daily.series
