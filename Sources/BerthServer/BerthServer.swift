/// BerthServer: the REST routes of the control plane, thin.
