/// BerthDiagnosis: from evidence to the one diagnostic that names the cause.
