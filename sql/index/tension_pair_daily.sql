-- The pooled index: one row for each day and pair, with the probability of each phase.
select
    index_daily.*,
    phase_daily.p_escalation,
    phase_daily.p_de_escalation,
    phase_daily.p_stalemate,
    phase_daily.p_dialogue,
    phase_daily.p_quiet
from index_daily
inner join phase_daily on phase_daily.index_date = index_daily.index_date and phase_daily.pair = index_daily.series
