/// BerthControl: workflows and reconcilers: makes what is intended true, and keeps it true.
