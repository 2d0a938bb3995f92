import helpers


def init():
    pass


def run(raw_data):
    return helpers.echo(raw_data)
