def init():
    pass


def run(raw_data):
    import shap
    return shap.explain(raw_data)
