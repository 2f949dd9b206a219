-- phase_of(tension, concession, dialogue, stalemate, hold): the phase of a day from the values of the pooled pair. The first condition
-- that is true decides; the bounds are in pipeline/index/phases.toml.
create macro phase_of(tension, concession, dialogue, stalemate, hold) as
case
    when greatest(tension, concession, dialogue) < getvariable('quiet_below') then 'quiet'
    when tension >= getvariable('moved_from') and tension >= getvariable('ahead_by') * concession then 'escalation'
    when concession >= getvariable('moved_from') and concession >= getvariable('ahead_by') * tension then 'de-escalation'
    when stalemate >= getvariable('stalemate_from') and hold >= getvariable('hold_from') then 'stalemate'
    else 'dialogue'
end
