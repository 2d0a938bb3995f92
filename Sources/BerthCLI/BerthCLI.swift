/// BerthCLI: the command line: one folder per noun, one file per verb.
