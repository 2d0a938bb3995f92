def predict(text):
    return _check(text)


def _check(text):
    raise RuntimeError("the tensor has rank 1, 2 is needed")
