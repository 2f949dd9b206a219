-- is_hold(kind): whether a signal is talk, which counts towards the stalemate.
create macro is_hold(kind) as
kind in ('dialogue', 'demand', 'refusal')
