def init():
    print "loading"


def run(raw_data):
    return []
