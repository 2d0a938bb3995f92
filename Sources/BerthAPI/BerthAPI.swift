/// BerthAPI: the ARM wire types and the HTTP client of the control plane; used by server and CLI.
