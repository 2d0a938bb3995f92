class Scorer:
    def __init__(self):
        self.limits = dict(low=1)
        self.top = self.limits["high"]
