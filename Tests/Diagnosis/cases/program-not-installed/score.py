import json
import subprocess


def version_of(program):
    answer = subprocess.run([program, "-version"], capture_output=True, text=True, check=True)
    return answer.stdout.split("\n")[0]


def init():
    print("using", version_of("ffmpegx"))


def run(raw_data):
    return json.loads(raw_data)
