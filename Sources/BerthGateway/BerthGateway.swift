/// BerthGateway: the data plane: the scoring path, nothing else.
