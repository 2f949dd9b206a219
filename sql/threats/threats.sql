-- One row for each threat: its last state, that is what was known of it at the end of the data. Earlier states are in threat_states.
select * exclude (valid_from, valid_to)
from threat_states
where valid_to is null
