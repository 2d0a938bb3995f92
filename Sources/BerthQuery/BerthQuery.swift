/// BerthQuery: JMESPath, complete, over `BerthJSON`; what `--query` and `berth query` apply.
