"""Statistics of the validation: functions from data frames to figures, without access to a lake."""
