import warnings

import sklearn


def init():
    warnings.warn(
        "Trying to unpickle estimator Ridge from version 1.2.0 when using version 1.5.0. This might lead to breaking code or"
        " invalid results. Use at your own risk.", UserWarning,
    )


def run(raw_data):
    return []
