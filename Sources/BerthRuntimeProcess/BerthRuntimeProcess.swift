/// BerthRuntimeProcess: the instance driver for sandboxed processes, and `berth launch`, their parent.
