-- The pooled index: one row for each day and pair, with the probability of each phase.
select
    index_daily.* exclude (series),
    phase_daily.* exclude (index_date, pair, phase)
from index_daily
inner join phase_daily on phase_daily.index_date = index_daily.index_date and phase_daily.pair = index_daily.series
