import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
args = parser.parse_args()


def init():
    print(args.model)


def run(raw_data):
    return []
