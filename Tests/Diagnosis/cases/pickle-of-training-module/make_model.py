import sys, types
import joblib

module = types.ModuleType("training_steps")
class Clip:
    def transform(self, rows):
        return rows
Clip.__module__ = "training_steps"
module.Clip = Clip
sys.modules["training_steps"] = module
joblib.dump(Clip(), "pipeline.joblib")
