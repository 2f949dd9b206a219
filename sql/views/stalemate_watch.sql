-- Days on which a pair talks, demands and refuses without moving: days of the phase stalemate.
select
    index_date,
    pair,
    round(stalemate, 2) as stalemate,
    round(stalemate_lo80, 2) as stalemate_lo80,
    round(stalemate_hi80, 2) as stalemate_hi80,
    round(tension, 1) as tension,
    round(concession, 1) as concession,
    round(dialogue, 1) as dialogue
from tension_pair_daily
where phase = 'stalemate'
