class Scorer:
    def __init__(self, threshold):
        self.threshold = threshold

    def score(self, rows):
        return [row > self.treshold for row in rows]

    def warm_up(self):
        self.score([1])
