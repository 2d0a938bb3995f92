import toolbox.metrics
import toolbox.plots


def init():
    pass


def run(raw_data):
    return []
