def init():
    pass


def run(raw_data):
    match raw_data:
        case "a":
            return 1
    return 2
