/// BerthArtifacts: models and code: fetched, measured, checked, placed for an instance.
