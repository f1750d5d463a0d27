"""Words without machinery: instants, durations, contacts, events, effects, problems."""
