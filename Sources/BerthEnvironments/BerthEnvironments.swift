/// BerthEnvironments: from an environment spec to a content-addressed Python environment.
