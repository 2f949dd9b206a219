-- status_of_act(kind, status): the status of a signal as that of an act: a measure that suspends or ends trade or a relief is announced, or
-- in effect.
create macro status_of_act(kind, status) as
case
    when kind = 'measure' and status = 'suspended' then 'announced'
    when kind = 'measure' and status = 'ended' then 'effective'
    else status
end
