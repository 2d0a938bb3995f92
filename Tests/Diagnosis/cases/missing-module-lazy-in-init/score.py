model = None


def init():
    global model
    import catboost
    model = catboost.CatBoostClassifier()


def run(raw_data):
    return []
