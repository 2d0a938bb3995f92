import BerthDiagnostics

extension Cause {
    /// A name that nothing defines.
    static let undefinedName = Cause(
        "undefined-name",
        .exact,
        .raised { error, facts in
            guard error.root.is("NameError"), let name = error.root.quotedName else { return nil }
            let place = facts.place(error.userFrame, word: name)
            let subject = facts.subject(place)
            let known = (place.flatMap { facts.source($0.location.path) } ?? facts.script)?.topLevelNames ?? []
            let near = nearestName(to: name, among: known.filter { $0 != name } + builtins)
            let help: String
            if let statement = usualImports[name] {
                help = "add `\(statement)` at the top of \(place?.location.path ?? facts.scriptName)"
            } else if let near {
                help = "write `\(near)` in \(subject)"
            } else {
                help = "define or import `\(name)` before \(subject)"
            }
            let similar = usualImports[name] == nil ? near.map { "; there is `\($0)`" } ?? "" : ""
            return Finding(
                error.phase.reason,
                "\(subject) uses `\(name)`, which is not defined\(error.phase.suffix)\(similar)",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then(help)]
            )
        }
    )

    private static let builtins = [
        "True", "False", "None", "print", "len", "range", "list", "dict", "tuple", "float", "int", "str", "bytes",
        "open", "sorted",
        "enumerate", "isinstance", "zip", "map", "max", "min", "sum", "round", "super", "Exception", "ValueError",
    ]

    /// Names under which modules are usually imported.
    private static let usualImports: [String: String] = [
        "np": "import numpy as np", "pd": "import pandas as pd", "os": "import os", "json": "import json",
        "joblib": "import joblib",
        "pickle": "import pickle", "logging": "import logging", "sys": "import sys", "time": "import time",
        "re": "import re",
        "torch": "import torch", "tf": "import tensorflow as tf", "plt": "import matplotlib.pyplot as plt",
        "sklearn": "import sklearn",
        "Path": "from pathlib import Path", "datetime": "from datetime import datetime", "math": "import math",
        "io": "import io",
        "base64": "import base64", "requests": "import requests", "Image": "from PIL import Image", "cv2": "import cv2",
        "List": "from typing import List", "Dict": "from typing import Dict", "Optional": "from typing import Optional",
        "xgb": "import xgboost as xgb", "lgb": "import lightgbm as lgb", "nn": "from torch import nn",
        "random": "import random",
        "AMLRequest": "from azureml_inference_server_http.api.aml_request import AMLRequest",
        "AMLResponse": "from azureml_inference_server_http.api.aml_response import AMLResponse",
        "rawhttp": "from azureml_inference_server_http.api.aml_request import rawhttp",
    ]
}
