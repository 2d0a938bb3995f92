/// Arguments that a function of a library once had.
struct RemovedArgument: Sendable {
    let package: String
    let since: String
    /// What to do, as an imperative.
    let instead: String

    static func find(_ argument: String, of function: String) -> RemovedArgument? { table[function + "." + argument] }

    private static func row(_ package: String, _ since: String, _ instead: String) -> RemovedArgument {
        RemovedArgument(package: package, since: since, instead: instead)
    }

    /// Source: the release notes of the libraries named.
    private static let table: [String: RemovedArgument] = [
        "OneHotEncoder.sparse": row("scikit-learn", "scikit-learn 1.4", "write `sparse_output` for `sparse`"),
        "AgglomerativeClustering.affinity": row("scikit-learn", "scikit-learn 1.4", "write `metric` for `affinity`"),
        "BaggingClassifier.base_estimator": row(
            "scikit-learn",
            "scikit-learn 1.4",
            "write `estimator` for `base_estimator`"
        ),
        "AdaBoostClassifier.base_estimator": row(
            "scikit-learn",
            "scikit-learn 1.4",
            "write `estimator` for `base_estimator`"
        ),
        "AdaBoostRegressor.base_estimator": row(
            "scikit-learn",
            "scikit-learn 1.4",
            "write `estimator` for `base_estimator`"
        ),
        "CalibratedClassifierCV.base_estimator": row(
            "scikit-learn",
            "scikit-learn 1.4",
            "write `estimator` for `base_estimator`"
        ),
        "LinearRegression.normalize": row(
            "scikit-learn",
            "scikit-learn 1.2",
            "put a StandardScaler before the model for `normalize`"
        ),
        "Ridge.normalize": row(
            "scikit-learn",
            "scikit-learn 1.2",
            "put a StandardScaler before the model for `normalize`"
        ),
        "Lasso.normalize": row(
            "scikit-learn",
            "scikit-learn 1.2",
            "put a StandardScaler before the model for `normalize`"
        ),
        "GridSearchCV.iid": row("scikit-learn", "scikit-learn 0.24", "remove `iid`"),
        "mean_squared_error.squared": row(
            "scikit-learn",
            "scikit-learn 1.6",
            "call `root_mean_squared_error` for `squared=False`"
        ),
        "TSNE.n_iter": row("scikit-learn", "scikit-learn 1.7", "write `max_iter` for `n_iter`"),
        "read_csv.error_bad_lines": row("pandas", "pandas 2.0", "write `on_bad_lines=\"skip\"` for `error_bad_lines`"),
        "read_csv.warn_bad_lines": row("pandas", "pandas 2.0", "write `on_bad_lines=\"warn\"` for `warn_bad_lines`"),
        "read_csv.squeeze": row("pandas", "pandas 2.0", "write `.squeeze(\"columns\")` behind the call for `squeeze`"),
        "read_csv.prefix": row("pandas", "pandas 2.0", "rename the columns after reading for `prefix`"),
        "train.early_stopping_rounds": row(
            "lightgbm",
            "lightgbm 4.0",
            "write `callbacks=[lightgbm.early_stopping(…)]` for `early_stopping_rounds`"
        ),
        "train.verbose_eval": row(
            "lightgbm",
            "lightgbm 4.0",
            "write `callbacks=[lightgbm.log_evaluation(…)]` for `verbose_eval`"
        ),
    ]
}
