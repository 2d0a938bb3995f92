/// BerthStore: the durable state of the control plane: schema, migrations, operation log.
