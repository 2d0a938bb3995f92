try:
    import redis
except ModuleNotFoundError:
    redis = None


def cache(value):
    return redis is not None
