class TrainerError(Exception):
    pass


def call(function, text):
    try:
        return function(text)
    except ValueError as error:
        raise TrainerError("step failed") from error
