def prepare():
    values = [1, 2, 3]
    return sum(vlaues)
