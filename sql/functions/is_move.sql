-- is_move(kind, is_action): whether a signal is movement, which counts against the stalemate. A proposal is none.
create macro is_move(kind, is_action) as
is_action and kind in ('easing', 'purchase', 'agreement', 'measure')
