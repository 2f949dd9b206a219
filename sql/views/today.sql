-- The newest day of every pair, both directions pooled: tension, concession, dialogue, stalemate and phase.
select
    index_date,
    pair,
    round(tension, 1) as tension,
    round(tension_lo80, 1) as tension_lo80,
    round(tension_hi80, 1) as tension_hi80,
    round(concession, 1) as concession,
    round(dialogue, 1) as dialogue,
    round(net_tension, 1) as net_tension,
    round(stalemate, 2) as stalemate,
    phase,
    is_thin,
    obs_status
from tension_pair_daily
qualify index_date = max(index_date) over ()
