/// BerthSpec: endpoint, deployment, model, environment and code YAML, today's form and those of 2021, read into the model with line and column.
