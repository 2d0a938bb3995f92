import BerthDiagnostics

extension Cause {
    /// The model got data of another shape than it was trained with.
    static let inputShape = Cause(
        "input-shape",
        .exact,
        .raised { error, facts in
            let root = error.root
            guard error.phase == .run || error.phase == .initializing,
                root.is("ValueError", "RuntimeError", "InvalidArgument", "XGBoostError", "LightGBMError", "IndexError")
            else { return nil }
            let place = facts.place(error.userFrame)
            let what: String
            if let match = root.message.firstMatch(of: #/X has (\d+) features?, but (\w+) is expecting (\d+)/#) {
                what = "gives \(match.2) \(match.1) features, and it was trained with \(match.3)"
            } else if root.says("Expected 2D array, got") {
                what = "gives the model a list of numbers, and it needs a list of rows"
            } else if root.says("could not convert string to float"), !(root.frames.last?.isUser ?? true) {
                let value = root.message.after("could not convert string to float: ") ?? "a text"
                what = "gives the model the text \(value.shortened(to: 60)) where it needs a number"
            } else if root.says("Input X contains NaN") || root.says("Input contains NaN")
                || root.says("contains infinity")
            {
                what = "gives the model values that are NaN, infinite or missing"
            } else if root.says("feature names should match") || root.says("feature_names mismatch") {
                what = "gives the model columns of other names than it was trained with"
            } else if root.says("Feature shape mismatch") || root.says("number of features in data")
                || root.says("shapes cannot be multiplied")
                || root.says("inhomogeneous shape") || root.says("not aligned")
                || root.says("Got invalid dimensions for input")
            {
                what = "gives the model data of another shape than it needs: \(root.firstLine.shortened(to: 200))"
            } else {
                return nil
            }
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) \(what)",
                at: place,
                evidence: facts.logged(root),
                help: [
                    "send data of the form that the model was trained with, or bring it into that form in \(facts.scriptName) before the call"
                ]
            )
        }
    )

    /// `predict` of a model that was never trained, or of something that is no model.
    static let notAModel = Cause(
        "not-a-model",
        .exact,
        .raised { error, facts in
            let place = facts.place(error.userFrame)
            if error.root.is("NotFittedError") {
                return Finding(
                    error.phase.reason,
                    "\(facts.subject(place)) calls a model that was never trained (fitted) before it was saved",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [facts.then("save the model after `fit`, and put the new file in place")]
                )
            }
            guard let missing = MissingAttribute(error.root),
                ["predict", "predict_proba", "transform", "forward", "eval", "run"].contains(missing.attribute),
                [
                    "dict", "list", "tuple", "ndarray", "numpy.ndarray", "OrderedDict", "str", "bytes",
                    "collections.OrderedDict",
                ].contains(missing.owner)
            else { return nil }
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) calls `\(missing.attribute)` of a \(missing.owner): what was loaded is not a model",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("save the model itself, or take it out of the \(missing.owner) after loading")]
            )
        }
    )

    /// The name is None: `init()` never gave it a value.
    static let nothingThere = Cause(
        "nothing-there",
        .exact,
        .raised { error, facts in
            guard let absent = AbsentValue(error, facts), absent.isNone, absent.isCertain, let name = absent.names.first
            else { return nil }
            let place = facts.place(error.userFrame, word: name)
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) uses `\(name)`, which is None\(error.phase.suffix)",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("give `\(name)` its value before \(facts.subject(place))")]
            )
        }
    )
}
