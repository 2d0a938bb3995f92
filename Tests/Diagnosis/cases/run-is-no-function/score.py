def init():
    pass


run = "fast"
