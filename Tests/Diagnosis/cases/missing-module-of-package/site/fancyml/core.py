import tqdm


def fit():
    return tqdm
