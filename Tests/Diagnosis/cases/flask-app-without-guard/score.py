import json

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    return jsonify(run(request.data))


def init():
    pass


def run(raw_data):
    return json.loads(raw_data)


app.run(host="127.0.0.1", port=58731)
