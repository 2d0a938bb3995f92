import json
import os
import xgboost

model = None


def init():
    global model
    model = xgboost.Booster()


def run(raw_data):
    return []
