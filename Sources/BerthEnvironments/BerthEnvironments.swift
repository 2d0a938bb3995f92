/// BerthEnvironments: from an environment spec to a ready, content-addressed Python environment.
///
/// The walk: `Conda/` reads the conda file and maps it to PyPI requirements (`EnvironmentPlan`); `Python/` finds the
/// interpreters of the machine and takes the nearest one; `Build/` makes the environment with the tools of `Tools/`
/// (uv, or conda where a setting asks) or finds it ready. `EnvironmentStore` is the door to all of it.
