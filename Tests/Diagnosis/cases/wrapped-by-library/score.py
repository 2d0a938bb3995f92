import trainer


def parse(text):
    return int(text)


def init():
    trainer.call(parse, "4x")


def run(raw_data):
    return []
