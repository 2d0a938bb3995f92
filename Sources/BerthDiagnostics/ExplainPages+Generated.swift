// Made by scripts/embed-explain-pages.py from docs/errors; change the pages there.
// swift-format-ignore-file

extension ExplainPages {
    static func englishPage(for topic: String) -> String? {
        switch topic {
        case "ArgumentInvalid": return #"""
# ArgumentInvalid: an argument of the command is wrong

An option or a value on the command line is not known or not allowed: a misspelt option, a number
out of range, a combination that excludes itself, or a query that is no JMESPath.

## How to see it

The message names the argument, what is allowed, and the nearest option that is known.

## How to fix it

- `berth COMMAND -h` lists the options with examples.
- Quote values for your shell: `--query "[?name=='blue']"`

## Example

```text
error[BadArgument]: unknown option `--nmae`
help: did you mean `--name`?
```
"""#
        case "ArtifactNotFound": return #"""
# ArtifactNotFound: a model, a code folder or an environment does not exist

The deployment refers to something that is not registered in this workspace, or to a version that
does not exist, or to a local path where nothing is. Relative paths are relative to the folder of
the YAML file.

## How to see it

The diagnosis shows the line of the YAML and the versions or files that exist.
`az ml model list -n NAME` lists the versions of a model.

## How to fix it

- Correct name, version or path.
- Register it first: `az ml model create -n NAME -v 1 -p PATH`

## Example

```text
error[ERR_1300]: the model path `../model` does not exist
  --> deployment.yml:5:9
  folder: models, src, conda.yaml
help: write `path: ../models`
```
"""#
        case "ArtifactUnreadable": return #"""
# ArtifactUnreadable: model or code is there but cannot be read

The files exist, but reading them failed: no permission, a link that leads nowhere, content that
does not match its checksum, or an identity without the right to read the storage.

## How to see it

The log of the storage-initializer names the file and the refusal:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container storage-initializer`

## How to fix it

- Local files: give read permission to the user who runs Berth (`chmod -R a+rX FOLDER`).
- Storage: give the identity of the endpoint the role Storage Blob Data Reader.
- A checksum that does not match: upload the file again.

## Example

```text
error[ERR_1300]: `models/model.pkl` cannot be read: permission denied
  storage-initializer:3: open models/model.pkl: Permission denied
help: chmod a+r models/model.pkl
```
"""#
        case "BadArgument": return #"""
# BadArgument: an argument or a spec is wrong

The command line or a YAML file says something that cannot be carried out: an unknown key, a value
of the wrong type, a name that is not allowed, a file that does not exist. Nothing has been created
or changed. The command ends with exit status 2.

## How to see it

The message shows file, line and column, the line itself, and the nearest name that is known. All
mistakes at once: `berth validate -f deployment.yml`

## How to fix it

- Correct the place that the arrow points at, and run the command again.
- `berth COMMAND -h` shows the arguments of a command with examples.

## Example

```text
error[BadArgument]: unknown key `instance_cout`
  --> deployment.yml:7:1
   |
 7 | instance_cout: 2
   | ^
help: write `instance_count`
```
"""#
        case "Conflict": return #"""
# Conflict: the state does not allow this

The request is fine in itself but contradicts what is there: the name is taken, another operation
works on the same endpoint, or the deployment still has live traffic.

## How to see it

The reason names the case. `berth online-endpoint show -n ENDPOINT` shows `provisioning_state` and
`traffic`.

## How to fix it

- Wait until the running operation has ended, or use another name.
- Take the traffic away before deleting:
  `berth online-endpoint update -n ENDPOINT --traffic "blue=0 green=100"`

## Example

```text
error[Conflict]: deployment `blue` has live traffic (90 %)
help: berth online-endpoint update -n churn --traffic "blue=0 green=100"
```
"""#
        case "DeploymentAlreadyExists": return #"""
# DeploymentAlreadyExists: the deployment exists already

`create` makes a new deployment and never changes one that is there.

## How to see it

`berth online-deployment show -n DEPLOYMENT -e ENDPOINT` shows what is there.

## How to fix it

- Change it without a gap:
  `berth online-deployment update -n DEPLOYMENT -e ENDPOINT -f deployment.yml`
- Or give the new one another name, and move the traffic when it is ready.

## Example

```text
error[Conflict]: endpoint `churn` already has a deployment `blue`
help: berth online-deployment update -n blue -e churn -f deployment.yml
```
"""#
        case "DeploymentHasTraffic": return #"""
# DeploymentHasTraffic: the deployment has live traffic

A deployment that gets a part of the requests, or a copy of them, is not deleted: those requests
would fail.

## How to see it

`berth online-endpoint show -n ENDPOINT --query "{traffic: traffic, mirror: mirror_traffic}"`

## How to fix it

- Move the traffic first: `berth online-endpoint update -n ENDPOINT --traffic "blue=0 green=100"`
- Deleting the whole endpoint needs no such step.

## Example

```text
error[Conflict]: deployment `blue` has live traffic (90 %)
help: berth online-endpoint update -n churn --traffic "blue=0 green=100"
```
"""#
        case "DeploymentNotFound": return #"""
# DeploymentNotFound: the deployment does not exist

The endpoint exists, but it has no deployment of that name. A traffic rule can only name deployments
that exist, and so can the header `azureml-model-deployment`.

## How to see it

`berth online-deployment list -e ENDPOINT -o table`

## How to fix it

- Correct the name; the message offers the nearest one.
- Create it: `berth online-deployment create -f deployment.yml -e ENDPOINT`

## Example

```text
error[ResourceNotFound]: endpoint `churn` has no deployment `bule`
help: did you mean `blue`?
```
"""#
        case "DeviceNotFound": return #"""
# DeviceNotFound: a device is not on this machine

The container asks for a device, such as a graphics processor, that the machine does not have or
that the container engine cannot hand out.

## How to see it

The evidence holds the message of the container engine. `ls -l /dev/nvidia*` and `docker info` show
what there is.

## How to fix it

- Choose an instance type without graphics processors, or a machine that has them.
- Install the driver and the engine's toolkit for it on the server, then restart the engine.

## Example

```text
error[ERR_2100]: deployment `blue` needs a graphics processor, and the container engine has none
  engine: could not select device driver "" with capabilities: [[gpu]]
help: choose an instance type without graphics processors
```
"""#
        case "DiskFull": return #"""
# DiskFull: the disk is full

Writing failed because no space is left, at the start of a deployment or while it runs: the scratch
folder of the user's code, logs, or environments have filled the disk.

## How to see it

The evidence names the folder and the space that is left. By hand: `df -h "$BERTH_HOME"` and
`du -sh "$BERTH_HOME"/*`

## How to fix it

- Delete deployments and environments that are not used, or give `BERTH_HOME` a larger disk.
- Let `run()` remove the files that it writes; only the scratch folder may be written.

## Example

```text
error[ERR_1350]: no space is left for the environment of `blue`
  disk: 12 MiB of 40 GiB free
help: delete what is not used: berth online-deployment list -e churn -o table
```
"""#
        case "ERR_1100": return #"""
# ERR_1100: not enough quota

Every workspace has a number of cores per VM family that its deployments may use together. A
deployment takes `ceil(1.2 × instance_count) × cores of its instance type`; the extra fifth is the
reserve for updates. Deleting a deployment, or giving it fewer instances, returns the cores. This
deployment asks for more cores than are free.

## How to see it

The evidence shows how many cores are in use and what the limit is.
`berth online-deployment list -e ENDPOINT -o table` shows who uses them.

## How to fix it

- Delete a deployment that is no longer used:
  `berth online-deployment delete -n OLD -e ENDPOINT --yes`
- Ask for less: a lower `instance_count`, or a smaller `instance_type`.
- Ask the administrator of the server to raise the quota of the VM family.

## Example

```text
error[ERR_1100]: deployment `blue` needs 6 cores, 4 are free
  quota: 20 of 24 cores in use
help: delete a deployment that is not used, or raise the limit
```
"""#
        case "ERR_1101": return #"""
# ERR_1101: out of capacity

The quota would allow the deployment, but the machines behind the server have no room left for its
instances: too few free cores, or too little free memory. Quota is a rule; capacity is what is
really there.

## How to see it

The evidence names what is short, with the amounts that are free and wanted.
`berth online-deployment list -e ENDPOINT -o table` shows what runs.

## How to fix it

- Try again later, when other deployments have been deleted or scaled in.
- Choose a smaller `instance_type`, or fewer instances.
- Deploy to a server that has more machines behind it.

## Example

```text
error[ERR_1101]: no machine has room for an instance of `blue`: 14 GiB of memory wanted, 6 GiB free
  capacity: 26 of 32 GiB of memory in use
help: choose a smaller `instance_type`, or delete a deployment that is not used
```
"""#
        case "ERR_1200": return #"""
# ERR_1200: the container image cannot be downloaded

The deployment names an image that could not be pulled. Either the image or its tag does not exist
in the registry, or the registry did not let us in, or it could not be reached. The reason says
which of these it is.

## How to see it

The evidence holds the registry's own answer. For a registry of the server, list the tags:
`az acr repository show-tags -n REGISTRY --repository REPOSITORY -o table`

## How to fix it

- Correct the name and the tag of the image in the `environment` of the deployment.
- For a private registry, give the identity of the endpoint the role AcrPull.
- Check from the server that the registry answers.

## Example

```text
error[ERR_1200]: image `registry.example.com/team/model:v7` has no tag `v7`
  registry: 404 manifest unknown
help: use one of the tags v5, v6
```
"""#
        case "ERR_1300": return #"""
# ERR_1300: model or code cannot be fetched

Before an instance starts, its model and its code are fetched from where they are stored. Here
something is missing, was registered in another workspace, cannot be read, or the identity of the
endpoint has no right to read it.

## How to see it

The log of this step names model and code, one by one:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container storage-initializer`

## How to fix it

- Check that the model is registered in this workspace:
  `az ml model show --name MODEL --version VERSION`
- Check that the file is in the storage:
  `az storage blob exists --account-name ACCOUNT --container-name CONTAINER --name PATH`
- With a user-assigned identity, give it the role Storage Blob Data Reader.

## Example

```text
error[ERR_1300]: model `churn:4` is not registered in workspace `default`
  registry: versions 1, 2, 3 exist
help: set `model: azureml:churn:3`, or register version 4
```
"""#
        case "ERR_1350": return #"""
# ERR_1350: not enough space on the disk

The model, the code or the environment is larger than the space that is left where instances live.
Nothing is written half: what was begun has been removed again.

## How to see it

The evidence shows how much is needed and how much is free. On the machine itself:
`df -h "$BERTH_HOME"`

## How to fix it

- Free space: delete deployments and model versions that are not used any more.
- Choose an `instance_type` with a larger disk, where the limit comes from the instance type.
- Let `BERTH_HOME` point to a larger disk and start the server again.

## Example

```text
error[ERR_1350]: model `bert:2` has 9.4 GiB, 3.1 GiB are free
  disk: 3.1 of 40 GiB free
help: delete what is not used, or move BERTH_HOME to a larger disk
```
"""#
        case "ERR_2100": return #"""
# ERR_2100: the container cannot be started

Image, model and code are there, but the program of the instance never ran. It may ask for more than
its `instance_type` has, its entry point may be missing, or the machine refused to start it. This is
not an error of `score.py`: that has not been reached.

## How to see it

The reason and the evidence name what was refused. What was printed until then:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT`

## How to fix it

- Choose a larger `instance_type` when the request does not fit.
- Correct the entry point of the image when it cannot be run.
- `berth validate -f deployment.yml` finds requests that cannot fit before anything starts.

## Example

```text
error[ERR_2100]: the entry point `/start.sh` of image `team/model:1` cannot be run: permission denied
  engine: exec /start.sh: permission denied
help: make the script executable in the image: RUN chmod +x /start.sh
```
"""#
        case "ERR_2200": return #"""
# ERR_2200: the container crashed or ended

The instance was started, and then ended or never became ready: an error in `score.py` (a missing
package, a syntax error, an exception in `init()`), too little memory, or a probe that does not fit.
The reason says which; each reason has a page of its own.

## How to see it

`berth online-deployment diagnose -n DEPLOYMENT -e ENDPOINT` names cause and place. The log stays
readable after the crash: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --previous`

## How to fix it

- Follow the help of the diagnosis, then update:
  `berth online-deployment update -n DEPLOYMENT -e ENDPOINT -f deployment.yml`
- Try it on your own machine in seconds: the same command with `--local`.
- Read the page of the reason: `berth explain UserScriptImportError`

## Example

```text
error[ERR_2200]: score.py line 3 imports `xgboost`, which is not in the environment
  --> score.py:3:8
  inference-server:41: ModuleNotFoundError: No module named 'xgboost'
help: add `xgboost` under `pip:` in conda.yaml
```
"""#
        case "ERR_5000": return #"""
# ERR_5000: internal error

The fault is ours: something happened that Berth did not foresee, and neither your files nor your
settings are known to be the cause. The request id of the message finds the details in the log of
the server.

## How to see it

On the server, search its log for the request id. With `--debug` the command shows each request that
it sent.

## How to fix it

- Run the command again: every step may be repeated safely.
- If it happens again, report it with the request id, the output of `berth version`, and the log
  around that time. Remove secrets first.

## Example

```text
error[ERR_5000]: the deployment could not be published
request id: 6f1f2f0a-9d1a-4a51-8f2e-5a0a6f7f1c3e
```
"""#
        case "EndpointAlreadyExists": return #"""
# EndpointAlreadyExists: the name of the endpoint is taken

The name of an endpoint is unique on a server, over all workspaces, since it is part of the scoring
address. Someone has an endpoint of that name, perhaps in a workspace that you cannot see.

## How to see it

`berth online-endpoint show -n NAME` shows it if it is yours.

## How to fix it

- Choose another name, for example with your team's name in front.
- To change your own endpoint, use `update` instead of `create`.

## Example

```text
error[Conflict]: there is already an endpoint with the name `churn`
help: choose another name, for example `sales-churn`
```
"""#
        case "EndpointNotFound": return #"""
# EndpointNotFound: the endpoint does not exist

There is no endpoint of that name in the workspace that was asked. Local endpoints (`--local`) and
those of a server are kept apart.

## How to see it

`berth online-endpoint list -o table`, and the same with `--local`.

## How to fix it

- Correct the name, or add or leave out `--local`.
- Create it: `berth online-endpoint create -n NAME`

## Example

```text
error[ResourceNotFound]: endpoint `churn` does not exist on this machine
  server: the workspace `default` has an endpoint of that name
help: leave out --local
```
"""#
        case "EngineUnreachable": return #"""
# EngineUnreachable: the container engine does not answer

The deployment needs containers, and no Docker or Podman answers on this machine: it is not
installed, not started, its socket may not be opened by this user, or it ended in the middle of the
work.

## How to see it

The evidence names the socket and the system's message. By hand: `docker version`

## How to fix it

- Start it: `sudo systemctl start docker`, or `systemctl --user start podman.socket`.
- Elsewhere than usual: set `DOCKER_HOST=unix:///path/docker.sock` for `berth`.
- Not allowed: add your user to the group `docker`, then log in again.
- No engine at all: give the deployment a `conda_file` instead of a custom container. It then runs
  as a process.

## Example

```text
error[ERR_5000]: the container engine does not answer
  engine: unix:///var/run/docker.sock: connection refused
help: start it: sudo systemctl start docker
```
"""#
        case "EntrypointFailed": return #"""
# EntrypointFailed: the entry point of the image cannot be run

The container could not run its first program: it does not exist, is not executable, has line breaks
of Windows (CRLF) in its first line, or is built for another processor.

## How to see it

The evidence holds the message of the container engine. `docker run --rm -it IMAGE` shows the same
by hand.

## How to fix it

- Correct `ENTRYPOINT` or `CMD` in the Dockerfile; paths are those inside of the image.
- `RUN chmod +x /start.sh`, and save the script with LF line breaks: `sed -i 's/\r$//' start.sh`

## Example

```text
error[ERR_2100]: the entry point `/start.sh` has CRLF line breaks: `bash\r` does not exist
  engine: exec /start.sh: no such file or directory
help: sed -i 's/\r$//' start.sh, then build the image again
```
"""#
        case "EnvironmentConflict": return #"""
# EnvironmentConflict: the packages exclude one another

No set of versions fulfils all lines of the conda file. Either two lines ask for versions of the
same package that exclude each other, or a package needs another version of a package than the file
asks for.

## How to see it

The diagnosis names the lines that contradict each other. All of the solver's words:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container environment-build`

## How to fix it

- Loosen one of the versions, or remove a pin that is not needed.
- Take the versions that worked where the model was trained: `pip freeze`

## Example

```text
error[ImageBuildFailure]: `scikit-learn==1.5.0` needs numpy>=1.19.5, conda.yaml asks for `numpy==1.18.0`
  --> conda.yaml:7:9
help: write `numpy>=1.19.5`
```
"""#
        case "Forbidden": return #"""
# Forbidden: no permission

Who you are is known, but none of your roles allows this action here. Roles are given on a workspace
or on an endpoint, and hold below it.

## How to see it

The message names the action and the place that were refused.
`az role assignment list --assignee ID` shows the roles.

## How to fix it

- Ask an owner for a role with that action:
  `az role assignment create --assignee-object-id ID --role "AzureML Data Scientist" --scope SCOPE`

## Example

```text
error[Forbidden]: the action `onlineEndpoints/score/action` is not allowed on endpoint `churn`
  role: Reader
```
"""#
        case "HomeNotWritable": return #"""
# HomeNotWritable: Berth cannot write its folder

State, logs and environments live under `BERTH_HOME` (default `~/.berth`). The folder cannot be made
or written: another user owns it, the file system is read-only, or its path is not a folder.

## How to see it

The evidence names the path and the refusal. By hand: `ls -ld "$BERTH_HOME"` and `id`

## How to fix it

- Choose a folder of your own: `export BERTH_HOME="$HOME/berth"`
- Or take it back: `sudo chown -R "$USER" "$BERTH_HOME"`

## Example

```text
error[BadArgument]: `/srv/berth` cannot be written: permission denied
  file: owner 0, mode 0755, you are 1000
help: export BERTH_HOME="$HOME/berth"
```
"""#
        case "ImageArchitectureMismatch": return #"""
# ImageArchitectureMismatch: the image is built for another processor

The image exists, but not for the processor of this machine; often it was built on a machine with an
ARM processor and is to run on x86-64, or the other way round.

## How to see it

The evidence names both: what the image offers and what the machine is.

## How to fix it

- Build for the machine: `docker build --platform linux/amd64 …`
- Or build for several at once: `docker buildx build --platform linux/amd64,linux/arm64 --push …`

## Example

```text
error[ERR_1200]: image `team/model:v6` is for linux/arm64, this machine is linux/amd64
  registry: platforms: linux/arm64
help: docker build --platform linux/amd64 -t team/model:v6 .
```
"""#
        case "ImageBuildFailed": return #"""
# ImageBuildFailed: a step of the image's build failed

The container engine built an image, from a Dockerfile of the `build:` context or from a conda file
on top of an image, and one step ended with an error.

## How to see it

The evidence names the step, its exit code and the last lines that it wrote. The whole log:
`berth online-deployment get-logs -n NAME -e ENDPOINT --container environment-build`

## How to fix it

- Correct the step in the Dockerfile. The same by hand: `docker build FOLDER`
- A step that cannot reach the network: set the proxy, or a package index, on the server.

## Example

```text
error[ImageBuildFailure]: step 3 of the Dockerfile failed with exit code 4: RUN make model
  build: make: *** No rule to make target 'model'
help: correct the step, then run: docker build . in the context's folder
```
"""#
        case "ImageBuildFailure": return #"""
# ImageBuildFailure: the environment cannot be built

Before a deployment starts, its environment (a conda file, or an image with one) is turned into a
Python environment or an image. A package does not exist, versions exclude one another, a package
has to be compiled and cannot be, or the package index does not answer.

## How to see it

The diagnosis names the package and the line of the conda file that asks for it. The whole log:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container environment-build`

## How to fix it

- Correct the line of the conda file that the diagnosis points at, then create the deployment again.
- Find such mistakes before deploying: `berth validate -f deployment.yml --deep`

## Example

```text
error[ImageBuildFailure]: package `scikit-lern` does not exist
  --> conda.yaml:6:9
help: write `scikit-learn`
```
"""#
        case "ImageNotFound": return #"""
# ImageNotFound: the image or its tag does not exist

The registry was reached and says that it has no such image. The name is misspelt, the tag was never
pushed or was deleted, or the registry is left out of the name, so that Docker Hub was asked.

## How to see it

The evidence holds the registry's answer and, where it tells, the tags that exist:
`az acr repository show-tags -n REGISTRY --repository REPOSITORY -o table`

## How to fix it

- Write the whole name: `REGISTRY/REPOSITORY:TAG`.
- Push the image first, then create the deployment.

## Example

```text
error[ERR_1200]: image `registry.example.com/team/model:v7` has no tag `v7`
  registry: 404 manifest unknown; tags: v5, v6
help: use the tag v6, or push v7
```
"""#
        case "ImagePullUnauthorized": return #"""
# ImagePullUnauthorized: the registry refuses the image

The registry answered 401 or 403. It is private, and no credentials were there, they were wrong, or
the identity of the endpoint has no right to pull.

## How to see it

The evidence names the registry, the identity that was used and the answer.

## How to fix it

- System-assigned identity: it may pull from the registry of the workspace by itself. For another
  registry give it the role AcrPull.
- User-assigned identity:
  `az role assignment create --assignee-object-id ID --role AcrPull --scope REGISTRY_ID`
- With `--local`: sign in with `docker login REGISTRY` first.

## Example

```text
error[ERR_1200]: registry `registry.example.com` refuses `team/model:v6` to identity `churn`
  registry: 401 authentication required
help: give the identity the role AcrPull
```
"""#
        case "IndexUnreachable": return #"""
# IndexUnreachable: the package index cannot be reached

To build the environment, packages have to be fetched, and the index did not answer: no network, a
proxy, a name that is not known, or a certificate that is not trusted. An environment that was built
before needs no network.

## How to see it

The evidence holds the address that was asked and the failure.

## How to fix it

- Set `HTTPS_PROXY` where a proxy is needed, or `UV_INDEX_URL` to an index inside of your network.
- Build the environment once with network; afterwards deployments with the same conda file work
  without it.

## Example

```text
error[ImageBuildFailure]: the package index cannot be reached: connection timed out
  index: asked for `scikit-learn`, 3 attempts in 45 s
help: set HTTPS_PROXY, or UV_INDEX_URL to an index that can be reached
```
"""#
        case "LivenessProbeFailed": return #"""
# LivenessProbeFailed: the liveness probe failed

The liveness probe asks an instance again and again whether it is alive. It failed
`failure_threshold` times in a row, so the instance was restarted, and in the end given up. This is
the reason only where the process itself gave none: an error of the script is reported as such.

## How to see it

The evidence holds the history of the probe: when, what was asked, what was answered.

## How to fix it

- Custom container: check `liveness_route` (path and port), and that the server listens on 0.0.0.0
  and not only on 127.0.0.1.
- Slow start: raise `liveness_probe.initial_delay`. Long work that blocks the server: raise
  `timeout`.

## Example

```text
error[ERR_2200]: the liveness probe GET :8080/healthz was answered with 404 for 30 times in a row
  probe: 404 Not Found; / answers 200
help: set `liveness_route: {path: /, port: 8080}`
```
"""#
        case "ModelFileNotFound": return #"""
# ModelFileNotFound: the scoring script opens a model file that is not there

The script tried to open a file below `AZUREML_MODEL_DIR` that does not exist. The folder holds what
was registered, with its own folder names: a registered folder `models` is found as
`AZUREML_MODEL_DIR/models/…`, a single file directly below it. Or a path of the development machine
is written in the script.

## How to see it

The diagnosis shows the path that was opened, and where in the model's folder a file of that name
really is.

## How to fix it

- Build the path from the variable:
  `os.path.join(os.environ["AZUREML_MODEL_DIR"], "models", "model.pkl")`
- Register the model again where the file is missing from it.

## Example

```text
error[ERR_2200]: score.py line 10 opens `model.pkl`, which is not in the model's folder
  --> score.py:10:13
  model: models/model.pkl (12 KB)
help: os.path.join(os.environ["AZUREML_MODEL_DIR"], "models", "model.pkl")
```
"""#
        case "ModelLoadFailed": return #"""
# ModelLoadFailed: a model file cannot be loaded

The file is there, but the library could not read it: it was saved with another version of the
library, refers to a class that the script does not have, is a pointer of Git LFS or a page of HTML
instead of a model, is cut off or empty, or needs a GPU that is not there.

## How to see it

The evidence shows the first bytes of the file and its size, and the versions of the library on both
sides where the file tells.

## How to fix it

- Pin the library in the conda file to the version that saved the model.
- Fetch the real file (`git lfs pull`) and register the model again.
- Load for the processor: `torch.load(path, map_location="cpu")`

## Example

```text
error[ERR_2200]: `models/model.pkl` is a Git LFS pointer, not a model
  model: version https://git-lfs.github.com/spec/v1 (132 bytes)
help: git lfs pull, then register the model again
```
"""#
        case "OperationCanceled": return #"""
# OperationCanceled: the operation was cancelled

A long operation was ended before it was done, by a later one that has precedence (a delete while a
deployment was being created) or by the user. What it had begun has been undone.

## How to see it

`berth online-deployment show -n DEPLOYMENT -e ENDPOINT` shows the state that it is in now.

## How to fix it

- If the result is still wanted, run the command again when the other operation has ended.

## Example

```text
error[OperationCanceled]: creating deployment `blue` was cancelled: the endpoint is being deleted
```
"""#
        case "OperationInProgress": return #"""
# OperationInProgress: another operation is running

An endpoint and its deployments are changed by one operation at a time. Another command, of yours or
of someone else, works on it at this moment.

## How to see it

The evidence names the operation and since when it runs.
`berth online-deployment show -n DEPLOYMENT -e ENDPOINT --query provisioning_state`

## How to fix it

- Wait until it has ended, and try again. Deleting is accepted at any time.

## Example

```text
error[Conflict]: deployment `blue` is being updated since 14:02:11
  operation: update, step «await ready»
```
"""#
        case "PackageBuildFailed": return #"""
# PackageBuildFailed: a package could not be built from source

The package had to be compiled here, and its build failed: a compiler or a header of a system
library is missing, or its code does not fit this Python.

## How to see it

The evidence holds the first error of the build; the whole of it:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container environment-build`

## How to fix it

- Choose a version with a ready-made build.
- Install what is missing on the machine, for example `apt-get install build-essential libpq-dev`,
  or use the binary variant (`psycopg2-binary`).
- Or bring an image that has it, and use the docker runtime.

## Example

```text
error[ImageBuildFailure]: `psycopg2==2.9.9` could not be built: pg_config is missing
  --> conda.yaml:8:9
  environment-build:57: Error: pg_config executable not found.
help: write `psycopg2-binary==2.9.9`
```
"""#
        case "PackageHasNoWheel": return #"""
# PackageHasNoWheel: a package has no ready-made build for this Python

The version that is asked for exists, but only as source, or for other versions of Python or other
machines. Mostly the version is old and the Python is new. Building it from source was not possible
here.

## How to see it

The diagnosis names the package, the versions of Python that it has builds for, and the one that was
asked for.

## How to fix it

- Take a newer version of the package.
- Or set the Python of the conda file to one that the package supports: `python=3.9`

## Example

```text
error[ImageBuildFailure]: `numpy==1.18.5` has no build for Python 3.11
  --> conda.yaml:6:9
  index: builds for Python 3.5 to 3.8
help: write `numpy==1.26.4`, or set `python=3.8`
```
"""#
        case "PackageNotFound": return #"""
# PackageNotFound: a package or a version of it does not exist

The package index knows no package of that name, or not that version of it, or not for this version
of Python. Often the name of the import was taken for the name of the package: `sklearn` is
`scikit-learn`, `yaml` is `pyyaml`, `PIL` is `pillow`.

## How to see it

The diagnosis shows the line of the conda file, and the nearest names or versions that exist.

## How to fix it

- Correct the name or the version on that line.
- A package of your own: put its wheel or its source into the code folder, or name its index in the
  environment.

## Example

```text
error[ImageBuildFailure]: package `scikit-learn` has no version 1.99.0
  --> conda.yaml:6:9
  index: newest is 1.5.2
help: write `scikit-learn==1.5.2`
```
"""#
        case "PackageNotMappable": return #"""
# PackageNotMappable: a conda package has no counterpart for pip

Without conda on the machine, conda packages are installed as the packages of the same meaning from
the Python index. This one is no Python package (a compiler, a driver, a system library), or we know
of none.

## How to see it

The diagnosis names each such line of the conda file.

## How to fix it

- If `score.py` does not need it, remove the line.
- If it does, install `micromamba` or `conda` on the machine, or bring an image that has it.

## Example

```text
error[ImageBuildFailure]: conda package `cudatoolkit` is no Python package
  --> conda.yaml:5:5
help: remove the line, or use an image with CUDA
```
"""#
        case "PlatformFault": return #"""
# PlatformFault: Berth itself failed

A part of Berth failed in a way that is not the fault of your files: a helper process ended, a file
of its own is damaged, or the machine refused something that it normally allows.

## How to see it

The evidence holds what is known; the log of the server has more under the request id.

## How to fix it

- Run the command again; every step may be repeated safely.
- If it happens again, report it with the request id and the output of `berth version`.

## Example

```text
error[ERR_5000]: the instance's parent process ended without an exit report
  launch: no run/exit.json
request id: 2d4c0b1e-52d0-4a5e-9d43-0c7f0f2a9b11
```
"""#
        case "PodOutOfMemory": return #"""
# PodOutOfMemory: the instance used more memory than it may

All processes of an instance together may use the memory of its `instance_type`. The instance went
over it and was stopped. Each worker loads a model of its own: with `WORKER_COUNT` 4 a model of 1
GiB takes 4 GiB and more.

## How to see it

The evidence shows the peak, the limit, the phase, and which worker used how much.

## How to fix it

- Choose an `instance_type` with more memory.
- Lower the number of workers: `WORKER_COUNT` under `environment_variables`.
- Load the model once in `init()`, never in `run()`; load it in a smaller type (float16) where that
  is good enough.

## Example

```text
error[ERR_2200]: the instance used 7.1 GiB, 7.0 GiB are allowed, while init() ran
  memory: 2 workers, 3.5 GiB each
help: set `instance_type: Standard_DS3_v2` (14 GiB), or WORKER_COUNT=1
```
"""#
        case "PodUnschedulable": return #"""
# PodUnschedulable: no place was found for an instance

The request is possible in itself, but at this moment no machine has so much free at once. Other
deployments hold the rest.

## How to see it

The evidence shows for each resource what is free and what is wanted.

## How to fix it

- Delete or shrink another deployment; the instance is placed by itself as soon as there is room,
  while the operation still waits.
- Choose a smaller `instance_type`.

## Example

```text
error[ERR_1101]: no machine has 8 cores free for an instance of `green`
  capacity: 4 of 16 cores free
help: delete a deployment that is not used, or choose Standard_DS3_v2
```
"""#
        case "PortInUse": return #"""
# PortInUse: the port is taken

A server could not listen because another program has the port: a second Berth with the same ports,
or a service of the machine.

## How to see it

The evidence names the port, and the program that has it where that can be seen. By hand:
`ss -ltnp | grep PORT`

## How to fix it

- Stop the other program, or choose other ports:
  `berth serve --port 7543 --gateway-port 7580 --gateway-tls-port 7544`
- Custom container: give each server in it a port of its own.

## Example

```text
error[ERR_2100]: port 7480 is in use
  port: nginx (pid 812) listens on 127.0.0.1:7480
help: berth serve --gateway-port 7580
```
"""#
        case "PreconditionFailed": return #"""
# PreconditionFailed: it has changed since you read it

The request says which state of the endpoint or deployment it is meant for (`If-Match` with an ETag), and somebody has
changed it since. Nothing was done.

## How to see it

`berth online-endpoint show -n ENDPOINT` shows it as it is now; the answer's `ETag` header names this state.

## How to fix it

- Read it again, make your change to what you have read, and send that with the new ETag.
- Without `If-Match` the last one to write wins.

## Example

```text
error[Conflict]: endpoint `diabetes` has changed since it was read
  etag: "66a1f0c3d2b10", the request names "66a1f0c39e004"
```
"""#
        case "PythonNotFound": return #"""
# PythonNotFound: no suitable Python on this machine

The environment asks for a version of Python that is neither installed nor could be fetched. The
nearest version is taken with a warning, unless `--strict-environment` was given or no Python was
found at all.

## How to see it

The evidence lists the versions of Python that were found, and where.

## How to fix it

- Install it: `uv python install 3.10`, or by the packages of your system.
- Or ask in the conda file for a version that is there.

## Example

```text
error[ImageBuildFailure]: Python 3.7 is asked for and not on this machine
  --> conda.yaml:4:5
  machine: 3.11.2 (/usr/bin/python3)
help: uv python install 3.7, or leave out --strict-environment
```
"""#
        case "QuotaExceeded": return #"""
# QuotaExceeded: more than the limit that was agreed

A limit of the subscription or the workspace would be exceeded: cores of a VM family, cores of all
families together, the number of endpoints or of deployments. Nothing is wrong with the deployment
itself, and the machine may well have room.

## How to see it

The evidence shows the need with its arithmetic, the limit, what is in use, and who uses it.
`berth quota list -o table` shows all families, `berth quota show --family FAMILY` one of them with
its users.

## How to fix it

- Take what the help names as fitting: fewer instances, or a smaller size.
- Delete a deployment that is no longer used.
- Ask for more: `berth quota request --family FAMILY --limit CORES`. The owner of the server sets it
  with `berth quota set`.

## Example

```text
error[ERR_1100]: not enough quota available for Standard_F4s_v2 in subscription 7a1c: current usage/limit 0/6, additional needed 8 (deployment `blue`, 1 instance)
  need: ceil(1.2 × 1) × 4 cores = 2 × 4 = 8 cores of standardFSv2Family
  limit: 6 cores of standardFSv2Family for subscription 7a1c in local
help: what fits: instance_type Standard_F2s_v2 with instance_count 1
```
"""#
        case "ReadinessProbeFailed": return #"""
# ReadinessProbeFailed: the readiness probe failed

The instance is alive, but it never said that it is ready for requests, so it gets none. Either the
route of the probe is wrong, or the server in the container waits for something.

## How to see it

The evidence holds the last answers of the probe. What the container printed:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT`

## How to fix it

- Check path and port of `readiness_route`; it has to answer 200 when the model is loaded.
- If loading only takes longer, raise `readiness_probe.initial_delay`.

## Example

```text
error[ERR_2200]: the readiness probe GET :8501/v1/models/half was answered with 404
  probe: 404, body: Could not find any versions of model half
help: set `readiness_route.path: /v1/models/half_plus_two`
```
"""#
        case "RegistryUnreachable": return #"""
# RegistryUnreachable: the registry cannot be reached

No answer came from the registry: its name is not known to the name service, the connection was
refused or timed out, a proxy is in between, or its certificate is not trusted.

## How to see it

The evidence names the step that failed (name, connection, TLS) and its message. By hand, on the
server: `curl -v https://REGISTRY/v2/`

## How to fix it

- Check the name of the registry in the image's name.
- Set `HTTPS_PROXY` for the server where a proxy is needed, or add the registry's CA to the machine.

## Example

```text
error[ERR_1200]: registry `registy.example.com` cannot be reached: its name is not known
  registry: Could not resolve host
help: correct the name of the registry
```
"""#
        case "RegistryUntrusted": return #"""
# RegistryUntrusted: the registry's certificate is not trusted

The registry answers over TLS, but its certificate is not one that this machine trusts: it is
self-signed, signed by a CA that is not installed, expired, or made out to another name.

## How to see it

The evidence holds the message of the TLS library. By hand, on the server:
`openssl s_client -connect REGISTRY -verify_return_error </dev/null`

## How to fix it

- Give the CA to the container engine: copy it to `/etc/docker/certs.d/REGISTRY/ca.crt`.
- Give it to Berth too: add it to the machine's CAs, or set `SSL_CERT_FILE` for `berth serve`.
- Another name in the certificate: write the image with the name that the certificate has.

## Example

```text
error[ERR_1200]: the certificate of registry `registry.example.com` is not trusted
  tls: self-signed certificate
help: copy the registry's CA to /etc/docker/certs.d/registry.example.com/ca.crt
```
"""#
        case "ResourceNotFound": return #"""
# ResourceNotFound: something that is named does not exist

The command or the spec names an endpoint, a deployment, a model, an environment or a workspace that
does not exist here. Often it exists elsewhere: on the server and not with `--local`, or in another
workspace.

## How to see it

`berth online-endpoint list` and `berth online-deployment list -e ENDPOINT` show what there is; add
`--local` for those on this machine.

## How to fix it

- Correct the name; the message offers the nearest one.
- Check the defaults that fill in what you leave out: `berth configure --list-defaults`

## Example

```text
error[ResourceNotFound]: endpoint `chrun` does not exist
help: did you mean `churn`?
```
"""#
        case "ResourceRequestTooLarge": return #"""
# ResourceRequestTooLarge: the deployment asks for more than its instance type has

Cores, memory or GPUs in `resources` are more than one instance of `instance_type` offers, so that
no machine could ever hold it; or the requests are higher than the limits.

## How to see it

The diagnosis shows the line, the amount that is asked for, and what the type has.

## How to fix it

- Lower the request, or choose a larger `instance_type`; the diagnosis names the smallest one that
  fits.

## Example

```text
error[ERR_2100]: 16 GiB of memory are asked for, `Standard_DS3_v2` has 14 GiB
  --> deployment.yml:14:15
help: set `instance_type: Standard_DS4_v2`, or lower the request to 14Gi
```
"""#
        case "ScoringFailed": return #"""
# ScoringFailed: a scoring request failed

The deployment runs, but a request to it was not answered with 200. The header `x-berth-layer` says
who is at fault: `client` (the request), `gateway` (a limit), `model` (`run()` or its container),
`platform` (us). A model's own status becomes 424, and stands in the header
`ms-azureml-model-error-statuscode`.

## How to see it

`berth online-deployment diagnose -n DEPLOYMENT -e ENDPOINT` shows the last failure with the place
in `score.py`; `get-logs` holds the traceback under the request id.

## How to fix it

- 424: correct `run()`, or the data that is sent to it. 408: make `run()` faster, or raise
  `request_settings.request_timeout_ms`.
- 413: send less than 1.5 MB. 429: send more slowly with exponential backoff, or add instances.

## Example

```text
error[ScoringFailed]: run() raised KeyError: 'data' at score.py line 14
  --> score.py:14:12
  inference-server:88: KeyError: 'data'
help: send a JSON object with the key `data`
```
"""#
        case "ServerUnreachable": return #"""
# ServerUnreachable: the server cannot be reached

The command has to ask a server, and no answer came: it does not run, its address is wrong, a
firewall is in between, or its certificate is not trusted by this machine.

## How to see it

The evidence names the address and the failure. By hand:
`curl --cacert ca.pem "https://HOST:7443/metadata/endpoints?api-version=2019-05-01"`

## How to fix it

- Start the server: `berth serve`
- Tell the command where it is, with its CA: `berth login --server URL --ca FILE`
- To work without a server, add `--local`.

## Example

```text
error[BadArgument]: no server answers at https://127.0.0.1:7443
  connection: refused
help: berth serve
```
"""#
        case "SpecInvalid": return #"""
# SpecInvalid: the YAML says something that is not allowed

The file is YAML, but not a valid spec: an unknown key, a value of the wrong type or out of range, a
required key that is missing, a name that is not allowed, or traffic that does not add up to 0 or
100.

## How to see it

Each mistake is shown with file, line, column and the line itself; all at once by
`berth validate -f FILE`.

## How to fix it

- Correct the places; where a key is misspelt, the nearest one is offered.
- An editor that knows our JSON Schemas shows such mistakes while you write.

## Example

```text
error[BadArgument]: traffic adds up to 110, not to 0 or 100
  --> endpoint.yml:5:1
  spec: blue 90, green 20
```
"""#
        case "SpecUnreadable": return #"""
# SpecUnreadable: the file cannot be read as YAML

The file does not exist, may not be read, or is not YAML: a tab as indentation, a missing colon, a
bracket that is not closed, or a file of another kind.

## How to see it

The message shows the line and column where reading stopped; the mistake is there or just before it.

## How to fix it

- Use blanks for indentation, never tabs.
- Put quotes around texts with `: ` or ` #` in them.

## Example

```text
error[BadArgument]: the file is not YAML: a tab cannot be used for indentation
  --> deployment.yml:4:1
```
"""#
        case "ToolNotFound": return #"""
# ToolNotFound: a program that is needed is not installed

Berth needs another program for this step, such as `uv` for Python environments, `docker` for
images, or `git` for packages from a repository, and did not find it on the `PATH`.

## How to see it

The message names the program. `berth version` lists what was found.

## How to fix it

- Install it, and see that the user who runs Berth finds it: `command -v uv`
- Without network, put `uv` on the `PATH` by hand.

## Example

```text
error[ImageBuildFailure]: `uv` is not installed and could not be fetched
  machine: PATH has no uv; the package index cannot be reached
help: python3 -m pip install uv
```
"""#
        case "Unauthorized": return #"""
# Unauthorized: not signed in

The request carried no key or token, a wrong one, or one that has expired. Scoring answers it with
401, the control plane with `AuthenticationFailed`.

## How to see it

`berth online-endpoint get-credentials -n ENDPOINT` shows the keys that are valid now, or a fresh
token with its expiry.

## How to fix it

- Send `Authorization: Bearer KEY` with a key of this endpoint. Keys that were regenerated no longer
  work.
- Sign in again on a machine without credentials: `berth login --server URL --ca FILE`

## Example

```text
error[Unauthorized]: the key is not valid for endpoint `churn`
help: berth online-endpoint get-credentials -n churn
```
"""#
        case "UserScriptFunctionNotFound": return #"""
# UserScriptFunctionNotFound: the scoring script has no `init()` or no `run()`

The inference server calls two functions of the script: `init()` once at the start, and `run(data)`
for each request. One of them is missing at the top level: it is misspelt, stands inside of a class
or an `if`, or the wrong file is named as the scoring script.

## How to see it

The diagnosis names the function and the names that are most like it.

## How to fix it

- Define both functions at the top level of the script.
- Check `code_configuration.scoring_script` in the deployment's YAML.

## Example

```text
error[ERR_2200]: score.py has no function `run`
  script-invalid: similar names: runn (line 9)
help: rename `runn` to `run`
```
"""#
        case "UserScriptImportError": return #"""
# UserScriptImportError: the scoring script imports something that is not there

While `score.py` was loaded, an `import` failed. Mostly the package is not in the environment;
sometimes it is there under another name (`import cv2` comes from `opencv-python-headless`), was
built for another version of a library, or a file of yours has the name of a package and hides it.

## How to see it

The diagnosis shows the line with the import and the error that Python raised.

## How to fix it

- Add the package to the conda file, under `pip:`, and update the deployment.
- Rename a file of yours that is called like a package (`random.py`, `json.py`).
- `berth validate -f deployment.yml` compares imports and environment before deploying.

## Example

```text
error[ERR_2200]: score.py line 3 imports `xgboost`, which is not in the environment
  --> score.py:3:8
  inference-server:41: ModuleNotFoundError: No module named 'xgboost'
help: add `xgboost` under `pip:` in conda.yaml
```
"""#
        case "UserScriptInitFailed": return #"""
# UserScriptInitFailed: `init()` raised an exception

The script was loaded, and then its `init()` failed. Until `init()` has returned, an instance is not
ready and gets no requests. The exception and the line in your own code are in the diagnosis; the
frames of the server are left out.

## How to see it

The whole traceback, and the tree of the model's folder, are in the log:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT`

## How to fix it

- Correct the line that the diagnosis names.
- Call `init()` on your own machine with the same model: set `AZUREML_MODEL_DIR` to its folder, or
  deploy with `--local`.

## Example

```text
error[ERR_2200]: init() raised KeyError: 'THRESHOLD' at score.py line 8
  --> score.py:8:17
  inference-server:52: KeyError: 'THRESHOLD'
help: set `THRESHOLD` under `environment_variables` of the deployment
```
"""#
        case "UserScriptInitTimedOut": return #"""
# UserScriptInitTimedOut: `init()` did not end in time

The liveness probe gives an instance `initial_delay + failure_threshold × period` seconds to become
alive. `init()`, or an import, was still running then: it loads a large model, downloads something,
waits for a service that does not answer, or never ends.

## How to see it

The evidence shows where each thread stood when the time was over.

## How to fix it

- If it only needs longer, raise `liveness_probe.initial_delay`; the diagnosis names a value that
  would do.
- Put what is downloaded at the start into the model or the environment instead.
- Give every network call in `init()` a timeout.

## Example

```text
error[ERR_2200]: init() was still running after 310 s, in `requests.get` at score.py line 11
  --> score.py:11:12
help: give the request a timeout, or raise `liveness_probe.initial_delay` to 400
```
"""#
        case "UserScriptNotFound": return #"""
# UserScriptNotFound: the scoring script is not in the code folder

The deployment names a `scoring_script` that does not exist in its code folder. The path is relative
to the folder in `code_configuration.code`; upper and lower case matter.

## How to see it

The evidence lists the Python files that are there.

## How to fix it

- Correct `code_configuration.scoring_script`, or `code_configuration.code`.
- Check that the file is not left out by `.amlignore` or `.gitignore`.

## Example

```text
error[BadArgument]: the scoring script `src/scores.py` does not exist
  --> deployment.yml:9:19
  code: src/score.py
help: write `scoring_script: score.py`
```
"""#
        case "UserScriptRunFailed": return #"""
# UserScriptRunFailed: `run()` raised an exception

The deployment is healthy, but `run()` failed on a request. Mostly the data has another form than
the code expects, a global of `init()` was not declared with `global`, or the result cannot be
written as JSON. The client gets 424.

## How to see it

The log holds the traceback with the request id that the client got:
`berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT`

## How to fix it

- Send data in the form that `run()` expects; an undecorated `run()` gets the body as text, so it
  begins with `json.loads(data)`.
- Return lists and numbers of Python: `result.tolist()`, not the array itself.

## Example

```text
error[ScoringFailed]: run() raised NameError: name 'model' is not defined at score.py line 15
  --> score.py:15:14
help: add `global model` to init()
```
"""#
        case "UserScriptSignatureError": return #"""
# UserScriptSignatureError: `init()` or `run()` takes the wrong parameters

`init()` is called without arguments, and `run()` with one: the data of the request. More parameters
are allowed where they have defaults; `*args`, `**kwargs` and positional-only parameters are not
allowed. An `async def` is not awaited by the server.

## How to see it

The diagnosis shows the line of the `def` with its parameters.

## How to fix it

- Write `def init():` and `def run(data):`.
- What `init()` prepares reaches `run()` by a global: `global model` inside of `init()`.

## Example

```text
error[ERR_2200]: run() takes no parameter, but is called with the data of the request
  --> score.py:9:1
help: write `def run(data):`
```
"""#
        case "UserScriptSyntaxError": return #"""
# UserScriptSyntaxError: the scoring script is not valid Python

Python could not read the script, or a module of yours that it imports: a missing bracket or colon,
wrong indentation, tabs mixed with blanks, or code for another version of Python (`print "x"`).

## How to see it

The diagnosis shows file, line, column and the line itself. On your machine:
`python -m py_compile score.py`

## How to fix it

- Correct the line. Often the cause is on the line before it, where a bracket was not closed.
- If the code needs a newer Python, set its version in the conda file.

## Example

```text
error[ERR_2200]: score.py line 12 is not valid Python: '(' was never closed
  --> score.py:12:20
   |
12 |     return json.dumps(result
   |                      ^
```
"""#
        case "WorkerCrashed": return #"""
# WorkerCrashed: a worker was ended by a crash

A worker is a process inside of an instance that runs `score.py`. It ended by a signal of the
machine, such as SIGSEGV (a fault in native code) or SIGILL (a package built for another processor).
Python has no traceback then.

## How to see it

The evidence names the signal, the phase (import, `init()` or a request) and the last lines that
were written; for a request, its id.

## How to fix it

- Find the place: set `PYTHONFAULTHANDLER=1` under `environment_variables`; the log then shows the
  Python line.
- Use versions of native packages that fit one another; numpy is the usual case.
- If one request does it, send the same request with `--local` to see it again.

## Example

```text
error[ERR_2200]: the worker crashed with SIGSEGV while it imported `torch`
  exit: signal 11 (SIGSEGV), phase import
help: pin `torch` to a version that fits numpy 1.26
```
"""#
        case "WorkerExited": return #"""
# WorkerExited: a worker ended by itself

The script, or a library in it, ended the process: `sys.exit()`, `os._exit()`, or an argument parser
that does not know the arguments of the server. An exit status of 0 is a failure here too: a worker
has to go on.

## How to see it

The evidence holds the exit status, the phase and the last lines.

## How to fix it

- Remove what ends the process; in `init()`, raise an exception instead.
- Let code that starts a program stand under `if __name__ == "__main__":`

## Example

```text
error[ERR_2200]: the worker ended with status 2 while score.py was imported
  inference-server:30: usage: train.py [-h] --data DATA
help: move the argument parser of train.py under `if __name__ == "__main__":`
```
"""#
        case "WorkerKilled": return #"""
# WorkerKilled: a worker was killed from outside

A worker was ended by SIGKILL or SIGTERM, and neither its memory limit nor Berth did it. Another
program or a person on the machine sent the signal, or the kernel needed memory for the whole
machine.

## How to see it

The evidence names the signal, the memory that was used and its limit. The kernel's own words:
`dmesg | grep -i oom`

## How to fix it

- The worker is started again by itself; nothing is to be done if it stays alone.
- If the machine lacks memory, run fewer deployments on it, or smaller ones.

## Example

```text
error[ERR_2200]: the worker was killed by SIGKILL from outside, at 1.2 of 4 GiB of memory
  exit: signal 9 (SIGKILL), phase serving
```
"""#
        default: return nil
        }
    }

    static func japanesePage(for topic: String) -> String? {
        switch topic {
        case "ArgumentInvalid": return #"""
# ArgumentInvalid: コマンドの引数が正しくありません

コマンド ラインのオプションまたは値が正しくありません。つづりの違うオプション、範囲外の数値、同時に指定できない組み合わせ、JMESPath として誤ったクエリなどです。

## 確認方法

問題の引数、使える値、近いオプションの候補がメッセージに表示されます。

## 対処方法

- オプションと使用例は `berth COMMAND -h` で確認できます。
- シェルに解釈されないよう、値を引用符で囲みます: `--query "[?name=='blue']"`

## 例

```text
error[BadArgument]: unknown option `--nmae`
help: did you mean `--name`?
```
"""#
        case "ArtifactNotFound": return #"""
# ArtifactNotFound: モデル、コード、または環境が見つかりません

デプロイが参照しているものが、このワークスペースに登録されていない、そのバージョンが存在しない、またはローカルのパスに何もありません。相対パスは YAML ファイルのあるフォルダーが基準です。

## 確認方法

YAML の該当行と、存在するバージョンやファイルが診断に表示されます。モデルのバージョンは `az ml model list -n NAME` で一覧できます。

## 対処方法

- 名前、バージョン、パスを直します。
- 先に登録します: `az ml model create -n NAME -v 1 -p PATH`

## 例

```text
error[ERR_1300]: the model path `../model` does not exist
  --> deployment.yml:5:9
  folder: models, src, conda.yaml
help: write `path: ../models`
```
"""#
        case "ArtifactUnreadable": return #"""
# ArtifactUnreadable: モデルまたはコードを読み取れません

ファイルはありますが、読み取りに失敗しました。権限がない、リンク先が存在しない、内容がチェックサムと一致しない、ID にストレージの読み取り権限がない、のいずれかです。

## 確認方法

対象のファイルと拒否の内容は storage-initializer のログにあります: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container storage-initializer`

## 対処方法

- ローカル ファイルなら、Berth を実行するユーザーに読み取り権限を与えます (`chmod -R a+rX FOLDER`)。
- ストレージなら、エンドポイントの ID にストレージ BLOB データ閲覧者ロールを付与します。
- チェックサムが一致しない場合は、ファイルをアップロードし直します。

## 例

```text
error[ERR_1300]: `models/model.pkl` cannot be read: permission denied
  storage-initializer:3: open models/model.pkl: Permission denied
help: chmod a+r models/model.pkl
```
"""#
        case "BadArgument": return #"""
# BadArgument: 引数または仕様ファイルが正しくありません

コマンド ラインまたは YAML ファイルに、実行できない内容が含まれています。未知のキー、型の違う値、使えない名前、存在しないファイルなどです。何も作成・変更されていません。終了ステータスは 2 です。

## 確認方法

ファイル名、行、桁、その行の内容、そして近い名前の候補が表示されます。すべての誤りを一度に見るには次を実行します: `berth validate -f deployment.yml`

## 対処方法

- 矢印が指している箇所を直して、もう一度実行します。
- 引数と使用例は `berth COMMAND -h` で確認できます。

## 例

```text
error[BadArgument]: unknown key `instance_cout`
  --> deployment.yml:7:1
   |
 7 | instance_cout: 2
   | ^
help: write `instance_count`
```
"""#
        case "Conflict": return #"""
# Conflict: 現在の状態では実行できません

要求そのものは正しいのですが、現在の状態と両立しません。名前がすでに使われている、同じエンドポイントで別の操作が進行中である、デプロイにまだトラフィックが流れている、などです。

## 確認方法

どの場合かは reason に表示されます。`provisioning_state` と `traffic` は `berth online-endpoint show -n ENDPOINT` で確認できます。

## 対処方法

- 進行中の操作が終わるまで待つか、別の名前を使います。
- 削除する前にトラフィックを外します: `berth online-endpoint update -n ENDPOINT --traffic "blue=0 green=100"`

## 例

```text
error[Conflict]: deployment `blue` has live traffic (90 %)
help: berth online-endpoint update -n churn --traffic "blue=0 green=100"
```
"""#
        case "DeploymentAlreadyExists": return #"""
# DeploymentAlreadyExists: デプロイはすでに存在します

`create` は新しいデプロイを作るコマンドで、既存のデプロイは変更しません。

## 確認方法

既存のデプロイは `berth online-deployment show -n DEPLOYMENT -e ENDPOINT` で確認できます。

## 対処方法

- 無停止で変更します: `berth online-deployment update -n DEPLOYMENT -e ENDPOINT -f deployment.yml`
- または、別の名前で作成し、準備ができてからトラフィックを移します。

## 例

```text
error[Conflict]: endpoint `churn` already has a deployment `blue`
help: berth online-deployment update -n blue -e churn -f deployment.yml
```
"""#
        case "DeploymentHasTraffic": return #"""
# DeploymentHasTraffic: デプロイにトラフィックが流れています

要求の一部、またはそのコピー (ミラー トラフィック) を受けているデプロイは削除できません。削除すると、その要求が失敗するためです。

## 確認方法

`berth online-endpoint show -n ENDPOINT --query "{traffic: traffic, mirror: mirror_traffic}"` で確認できます。

## 対処方法

- 先にトラフィックを移します: `berth online-endpoint update -n ENDPOINT --traffic "blue=0 green=100"`
- エンドポイントごと削除する場合、この手順は不要です。

## 例

```text
error[Conflict]: deployment `blue` has live traffic (90 %)
help: berth online-endpoint update -n churn --traffic "blue=0 green=100"
```
"""#
        case "DeploymentNotFound": return #"""
# DeploymentNotFound: デプロイが見つかりません

エンドポイントはありますが、その名前のデプロイがありません。トラフィックの規則や `azureml-model-deployment` ヘッダーで指定できるのも、存在するデプロイだけです。

## 確認方法

`berth online-deployment list -e ENDPOINT -o table` で確認できます。

## 対処方法

- 名前を直します。近い名前があれば、メッセージに候補が表示されます。
- 作成します: `berth online-deployment create -f deployment.yml -e ENDPOINT`

## 例

```text
error[ResourceNotFound]: endpoint `churn` has no deployment `bule`
help: did you mean `blue`?
```
"""#
        case "DeviceNotFound": return #"""
# DeviceNotFound: デバイスがこのマシンにありません

コンテナーが要求したデバイス(グラフィックスプロセッサなど)がマシンにないか、コンテナーエンジンが渡せません。

## 確認方法

コンテナーエンジンのメッセージが evidence に表示されます。`ls -l /dev/nvidia*` と `docker info` で、あるものを確認できます。

## 対処方法

- グラフィックスプロセッサのないインスタンスの種類を選ぶか、それを備えたマシンを使います。
- サーバーにドライバーとエンジン用のツールキットをインストールし、エンジンを再起動します。

## 例

```text
error[ERR_2100]: deployment `blue` needs a graphics processor, and the container engine has none
  engine: could not select device driver "" with capabilities: [[gpu]]
help: choose an instance type without graphics processors
```
"""#
        case "DiskFull": return #"""
# DiskFull: ディスクがいっぱいです

空き容量がなく、書き込みに失敗しました。デプロイの起動時にも実行中にも起こります。利用者のコードの作業フォルダー、ログ、環境などがディスクを埋めています。

## 確認方法

フォルダーと残りの容量が evidence に表示されます。手動では `df -h "$BERTH_HOME"` と `du -sh "$BERTH_HOME"/*` で確認できます。

## 対処方法

- 使っていないデプロイや環境を削除するか、`BERTH_HOME` を大きなディスクに移します。
- `run()` が書いたファイルは `run()` の中で削除します。書き込めるのは作業フォルダーだけです。

## 例

```text
error[ERR_1350]: no space is left for the environment of `blue`
  disk: 12 MiB of 40 GiB free
help: delete what is not used: berth online-deployment list -e churn -o table
```
"""#
        case "ERR_1100": return #"""
# ERR_1100: クォータが足りません

ワークスペースでは、デプロイ全体で使えるコア数が VM ファミリごとに決まっています。デプロイ 1 つが消費するのは `ceil(1.2 × instance_count) × インスタンスの種類のコア数` で、上乗せの 2 割は更新のための予備です。デプロイを削除するか、インスタンス数を減らすと、その分のコアが戻ります。このエラーは、空いているコアより多くのコアを要求したときに出ます。

## 確認方法

診断の evidence に、使用中のコア数と上限が表示されます。誰が使っているかは `berth online-deployment list -e ENDPOINT -o table` で確認できます。

## 対処方法

- 使っていないデプロイを削除します: `berth online-deployment delete -n OLD -e ENDPOINT --yes`
- `instance_count` を減らすか、より小さい `instance_type` を選びます。
- サーバーの管理者に、その VM ファミリのクォータの引き上げを依頼します。

## 例

```text
error[ERR_1100]: deployment `blue` needs 6 cores, 4 are free
  quota: 20 of 24 cores in use
help: delete a deployment that is not used, or raise the limit
```
"""#
        case "ERR_1101": return #"""
# ERR_1101: 容量が足りません

クォータの範囲内ではあるものの、サーバーの背後にあるマシンに、インスタンスを置けるだけの空き (コアまたはメモリ) がありません。クォータは決まりごとで、容量は実際に存在する資源です。

## 確認方法

evidence に、不足している資源と、空き・要求それぞれの量が表示されます。動いているものは `berth online-deployment list -e ENDPOINT -o table` で確認できます。

## 対処方法

- ほかのデプロイが削除または縮小された後で、もう一度試します。
- より小さい `instance_type` にするか、インスタンス数を減らします。
- マシンに余裕のある別のサーバーにデプロイします。

## 例

```text
error[ERR_1101]: no machine has room for an instance of `blue`: 14 GiB of memory wanted, 6 GiB free
  capacity: 26 of 32 GiB of memory in use
help: choose a smaller `instance_type`, or delete a deployment that is not used
```
"""#
        case "ERR_1200": return #"""
# ERR_1200: コンテナー イメージをダウンロードできません

デプロイで指定されたイメージを取得できませんでした。イメージまたはタグがレジストリに存在しない、レジストリに拒否された、レジストリに接続できない、のいずれかです。どれに当たるかは reason に表示されます。

## 確認方法

evidence に、レジストリの応答がそのまま入っています。サーバーが管理するレジストリなら、タグの一覧を確認できます: `az acr repository show-tags -n REGISTRY --repository REPOSITORY -o table`

## 対処方法

- デプロイの `environment` に書いたイメージ名とタグを正しく直します。
- プライベート レジストリの場合は、エンドポイントの ID に AcrPull ロールを付与します。
- サーバーからレジストリに接続できることを確認します。

## 例

```text
error[ERR_1200]: image `registry.example.com/team/model:v7` has no tag `v7`
  registry: 404 manifest unknown
help: use one of the tags v5, v6
```
"""#
        case "ERR_1300": return #"""
# ERR_1300: モデルまたはコードを取得できません

インスタンスの起動前に、モデルとコードが保存場所から取り出されます。対象が存在しない、別のワークスペースに登録されている、読み取れない、またはエンドポイントの ID に読み取り権限がない場合に、このエラーになります。

## 確認方法

この段階のログには、モデルとコードが 1 つずつ記録されています: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container storage-initializer`

## 対処方法

- モデルが同じワークスペースに登録されていることを確認します: `az ml model show --name MODEL --version VERSION`
- ファイルがストレージにあることを確認します: `az storage blob exists --account-name ACCOUNT --container-name CONTAINER --name PATH`
- ユーザー割り当て ID を使う場合は、ストレージ BLOB データ閲覧者ロールを付与します。

## 例

```text
error[ERR_1300]: model `churn:4` is not registered in workspace `default`
  registry: versions 1, 2, 3 exist
help: set `model: azureml:churn:3`, or register version 4
```
"""#
        case "ERR_1350": return #"""
# ERR_1350: ディスクの空き容量が足りません

モデル、コード、または環境が、インスタンスを置くディスクの空き容量より大きいため、書き込めません。途中まで書いたものは取り除かれており、中途半端なファイルは残っていません。

## 確認方法

必要な容量と空き容量が evidence に表示されます。マシン上では `df -h "$BERTH_HOME"` で確認できます。

## 対処方法

- 使っていないデプロイや古いモデル バージョンを削除して、空きを作ります。
- 上限がインスタンスの種類によるものなら、ディスクの大きい `instance_type` を選びます。
- `BERTH_HOME` を大きなディスクに移し、サーバーを起動し直します。

## 例

```text
error[ERR_1350]: model `bert:2` has 9.4 GiB, 3.1 GiB are free
  disk: 3.1 of 40 GiB free
help: delete what is not used, or move BERTH_HOME to a larger disk
```
"""#
        case "ERR_2100": return #"""
# ERR_2100: コンテナーを起動できません

イメージもモデルもコードもそろっていますが、インスタンスのプログラムが一度も動き出せませんでした。`instance_type` より多くの資源を要求している、エントリ ポイントがない、マシンが起動を拒んだ、などが考えられます。`score.py` にはまだ到達していないため、スクリプトの誤りではありません。

## 確認方法

何が拒まれたかは reason と evidence に表示されます。それまでの出力は次のコマンドで見られます: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT`

## 対処方法

- 要求が収まらない場合は、より大きい `instance_type` を選びます。
- エントリ ポイントを実行できない場合は、イメージのほうを直します。
- 収まらない要求は `berth validate -f deployment.yml` で起動前に見つけられます。

## 例

```text
error[ERR_2100]: the entry point `/start.sh` of image `team/model:1` cannot be run: permission denied
  engine: exec /start.sh: permission denied
help: make the script executable in the image: RUN chmod +x /start.sh
```
"""#
        case "ERR_2200": return #"""
# ERR_2200: コンテナーがクラッシュまたは終了しました

インスタンスは起動しましたが、その後に終了したか、準備完了にならないまま終わりました。`score.py` の誤り (パッケージの不足、構文エラー、`init()` の例外)、メモリ不足、プローブの設定などが原因です。どれに当たるかは reason に表示され、reason ごとに説明ページがあります。

## 確認方法

`berth online-deployment diagnose -n DEPLOYMENT -e ENDPOINT` で原因と場所がわかります。ログはクラッシュ後も読めます: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --previous`

## 対処方法

- 診断の help に従って直し、更新します: `berth online-deployment update -n DEPLOYMENT -e ENDPOINT -f deployment.yml`
- 同じコマンドに `--local` を付けると、手元のマシンで数秒で試せます。
- reason のページを読みます: `berth explain UserScriptImportError --lang ja`

## 例

```text
error[ERR_2200]: score.py line 3 imports `xgboost`, which is not in the environment
  --> score.py:3:8
  inference-server:41: ModuleNotFoundError: No module named 'xgboost'
help: add `xgboost` under `pip:` in conda.yaml
```
"""#
        case "ERR_5000": return #"""
# ERR_5000: 内部エラー

原因は Berth 側にあります。想定していないことが起きており、お使いのファイルや設定が原因とはわかっていません。メッセージの request id から、サーバーのログにある詳細を探せます。

## 確認方法

サーバーのログを request id で検索します。コマンドに `--debug` を付けると、送った要求がすべて表示されます。

## 対処方法

- コマンドをもう一度実行します。どの段階も、繰り返して安全に作られています。
- 再び起きる場合は、request id、`berth version` の出力、その時刻前後のログを添えて報告してください。秘密の情報は取り除いてください。

## 例

```text
error[ERR_5000]: the deployment could not be published
request id: 6f1f2f0a-9d1a-4a51-8f2e-5a0a6f7f1c3e
```
"""#
        case "EndpointAlreadyExists": return #"""
# EndpointAlreadyExists: そのエンドポイント名は使われています

エンドポイント名はスコアリング用アドレスの一部になるため、ワークスペースが違っても、サーバー全体で一意でなければなりません。見えないワークスペースで使われていることもあります。

## 確認方法

自分のものであれば `berth online-endpoint show -n NAME` で表示できます。

## 対処方法

- 先頭にチーム名を付けるなど、別の名前にします。
- 自分のエンドポイントを変更したいなら、`create` ではなく `update` を使います。

## 例

```text
error[Conflict]: there is already an endpoint with the name `churn`
help: choose another name, for example `sales-churn`
```
"""#
        case "EndpointNotFound": return #"""
# EndpointNotFound: エンドポイントが見つかりません

問い合わせたワークスペースに、その名前のエンドポイントがありません。ローカル (`--local`) のエンドポイントと、サーバーのエンドポイントは別々に管理されています。

## 確認方法

`berth online-endpoint list -o table` と、これに `--local` を付けたもので確認できます。

## 対処方法

- 名前を直すか、`--local` の有無を見直します。
- 作成します: `berth online-endpoint create -n NAME`

## 例

```text
error[ResourceNotFound]: endpoint `churn` does not exist on this machine
  server: the workspace `default` has an endpoint of that name
help: leave out --local
```
"""#
        case "EngineUnreachable": return #"""
# EngineUnreachable: コンテナーエンジンが応答しません

デプロイにコンテナーが必要ですが、このマシンで Docker も Podman も応答しません。インストールされていない、起動していない、このユーザーがソケットを開けない、作業の途中で終了した、などが原因です。

## 確認方法

ソケットとシステムのメッセージが evidence に表示されます。手動では `docker version` を実行します。

## 対処方法

- 起動します: `sudo systemctl start docker`、または `systemctl --user start podman.socket`。
- 通常と違う場所の場合は、`berth` に `DOCKER_HOST=unix:///path/docker.sock` を設定します。
- 権限がない場合は、ユーザーを `docker` グループに追加し、ログインし直します。
- エンジンがない場合は、カスタムコンテナーの代わりに `conda_file` を指定します。プロセスとして実行されます。

## 例

```text
error[ERR_5000]: the container engine does not answer
  engine: unix:///var/run/docker.sock: connection refused
help: start it: sudo systemctl start docker
```
"""#
        case "EntrypointFailed": return #"""
# EntrypointFailed: イメージのエントリ ポイントを実行できません

コンテナーの最初のプログラムを実行できませんでした。ファイルが存在しない、実行権限がない、先頭行の改行が Windows 形式 (CRLF) になっている、別のプロセッサ向けである、のいずれかです。

## 確認方法

コンテナー エンジンのメッセージが evidence に表示されます。`docker run --rm -it IMAGE` を手で実行しても確認できます。

## 対処方法

- Dockerfile の `ENTRYPOINT` または `CMD` を直します。パスはイメージ内のものです。
- `RUN chmod +x /start.sh` で実行権限を付け、改行を LF にします: `sed -i 's/\r$//' start.sh`

## 例

```text
error[ERR_2100]: the entry point `/start.sh` has CRLF line breaks: `bash\r` does not exist
  engine: exec /start.sh: no such file or directory
help: sed -i 's/\r$//' start.sh, then build the image again
```
"""#
        case "EnvironmentConflict": return #"""
# EnvironmentConflict: パッケージの条件が両立しません

conda ファイルのすべての条件を満たすバージョンの組み合わせがありません。2 つの行が同じパッケージに両立しないバージョンを求めているか、あるパッケージがファイルの指定とは違うバージョンを必要としています。

## 確認方法

矛盾している行が診断に表示されます。依存関係の解決の全出力は次のコマンドで見られます: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container environment-build`

## 対処方法

- どちらかのバージョン指定を緩めるか、不要な固定を外します。
- モデルを学習した環境で `pip freeze` を実行し、そのバージョンに合わせます。

## 例

```text
error[ImageBuildFailure]: `scikit-learn==1.5.0` needs numpy>=1.19.5, conda.yaml asks for `numpy==1.18.0`
  --> conda.yaml:7:9
help: write `numpy>=1.19.5`
```
"""#
        case "Forbidden": return #"""
# Forbidden: 権限がありません

誰からの要求かはわかっていますが、この操作を許すロールが割り当てられていません。ロールはワークスペースまたはエンドポイントに対して割り当てられ、その配下に適用されます。

## 確認方法

拒否された操作と対象がメッセージに表示されます。割り当て済みのロールは `az role assignment list --assignee ID` で確認できます。

## 対処方法

- その操作を含むロールの割り当てを、所有者に依頼します: `az role assignment create --assignee-object-id ID --role "AzureML Data Scientist" --scope SCOPE`

## 例

```text
error[Forbidden]: the action `onlineEndpoints/score/action` is not allowed on endpoint `churn`
  role: Reader
```
"""#
        case "HomeNotWritable": return #"""
# HomeNotWritable: Berth のフォルダーに書き込めません

状態、ログ、環境は `BERTH_HOME` (既定値は `~/.berth`) の下に保存されます。別のユーザーの所有である、読み取り専用のファイル システムにある、フォルダーではない、などの理由で、作成または書き込みができません。

## 確認方法

パスと拒否の内容が evidence に表示されます。手動では `ls -ld "$BERTH_HOME"` と `id` で確認できます。

## 対処方法

- 自分のフォルダーを指定します: `export BERTH_HOME="$HOME/berth"`
- または、所有者を自分に戻します: `sudo chown -R "$USER" "$BERTH_HOME"`

## 例

```text
error[BadArgument]: `/srv/berth` cannot be written: permission denied
  file: owner 0, mode 0755, you are 1000
help: export BERTH_HOME="$HOME/berth"
```
"""#
        case "ImageArchitectureMismatch": return #"""
# ImageArchitectureMismatch: イメージのアーキテクチャが一致しません

イメージはありますが、このマシンのプロセッサ用ではありません。ARM のマシンでビルドしたものを x86-64 で動かす場合や、その逆がよくあります。

## 確認方法

イメージが対応するものと、マシンのアーキテクチャの両方が evidence に表示されます。

## 対処方法

- 対象のマシン向けにビルドします: `docker build --platform linux/amd64 …`
- 複数のアーキテクチャをまとめてビルドすることもできます: `docker buildx build --platform linux/amd64,linux/arm64 --push …`

## 例

```text
error[ERR_1200]: image `team/model:v6` is for linux/arm64, this machine is linux/amd64
  registry: platforms: linux/arm64
help: docker build --platform linux/amd64 -t team/model:v6 .
```
"""#
        case "ImageBuildFailed": return #"""
# ImageBuildFailed: イメージのビルド手順が失敗しました

コンテナーエンジンが、`build:` コンテキストの Dockerfile から、またはイメージに conda ファイルを加えてイメージをビルドし、その手順の 1 つがエラーで終わりました。

## 確認方法

失敗した手順、終了コード、最後の出力が evidence に表示されます。ログ全体: `berth online-deployment get-logs -n NAME -e ENDPOINT --container environment-build`

## 対処方法

- Dockerfile のその手順を直します。手動で確かめるには: `docker build FOLDER`
- ネットワークに接続できない手順の場合は、サーバーにプロキシまたはパッケージインデックスを設定します。

## 例

```text
error[ImageBuildFailure]: step 3 of the Dockerfile failed with exit code 4: RUN make model
  build: make: *** No rule to make target 'model'
help: correct the step, then run: docker build . in the context's folder
```
"""#
        case "ImageBuildFailure": return #"""
# ImageBuildFailure: 環境を構築できません

デプロイの起動前に、環境定義 (conda ファイル、またはイメージと conda ファイルの組) から Python 環境またはイメージが作られます。パッケージが存在しない、バージョンの条件が両立しない、コンパイルが必要なのにできない、パッケージ インデックスが応答しない、といった場合にこのエラーになります。

## 確認方法

どのパッケージが、conda ファイルの何行目で要求されているかが診断に表示されます。ログ全体は次のコマンドで見られます: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container environment-build`

## 対処方法

- 診断が指している conda ファイルの行を直して、デプロイを作り直します。
- デプロイ前に確かめるには次を実行します: `berth validate -f deployment.yml --deep`

## 例

```text
error[ImageBuildFailure]: package `scikit-lern` does not exist
  --> conda.yaml:6:9
help: write `scikit-learn`
```
"""#
        case "ImageNotFound": return #"""
# ImageNotFound: イメージまたはタグが存在しません

レジストリには接続できましたが、そのイメージは存在しないという応答でした。名前のつづりが違う、タグがまだ push されていないか削除された、レジストリ名を省略したため Docker Hub に問い合わせた、などが原因です。

## 確認方法

レジストリの応答と、わかる場合は存在するタグが evidence に表示されます。手動では次で確認できます: `az acr repository show-tags -n REGISTRY --repository REPOSITORY -o table`

## 対処方法

- `REGISTRY/REPOSITORY:TAG` のように完全な名前を書きます。
- 先にイメージを push してから、デプロイを作成します。

## 例

```text
error[ERR_1200]: image `registry.example.com/team/model:v7` has no tag `v7`
  registry: 404 manifest unknown; tags: v5, v6
help: use the tag v6, or push v7
```
"""#
        case "ImagePullUnauthorized": return #"""
# ImagePullUnauthorized: レジストリがイメージの取得を拒否しました

レジストリから 401 または 403 が返りました。プライベート レジストリなのに資格情報がない、資格情報が違う、またはエンドポイントの ID に取得の権限がありません。

## 確認方法

レジストリ、使われた ID、応答が evidence に表示されます。

## 対処方法

- システム割り当て ID は、ワークスペースのレジストリからは追加設定なしで取得できます。別のレジストリには AcrPull ロールが必要です。
- ユーザー割り当て ID には次で付与します: `az role assignment create --assignee-object-id ID --role AcrPull --scope REGISTRY_ID`
- `--local` の場合は、先に `docker login REGISTRY` でサインインします。

## 例

```text
error[ERR_1200]: registry `registry.example.com` refuses `team/model:v6` to identity `churn`
  registry: 401 authentication required
help: give the identity the role AcrPull
```
"""#
        case "IndexUnreachable": return #"""
# IndexUnreachable: パッケージ インデックスに接続できません

環境の構築に必要なパッケージを取得できません。ネットワークがない、プロキシが必要、名前を解決できない、証明書が信頼されていない、などが原因です。一度構築した環境にはネットワークは不要です。

## 確認方法

問い合わせ先と失敗の内容が evidence に表示されます。

## 対処方法

- プロキシが必要なら `HTTPS_PROXY` を、社内のインデックスを使うなら `UV_INDEX_URL` を設定します。
- ネットワークのある状態で一度構築しておけば、同じ conda ファイルのデプロイはネットワークなしで動きます。

## 例

```text
error[ImageBuildFailure]: the package index cannot be reached: connection timed out
  index: asked for `scikit-learn`, 3 attempts in 45 s
help: set HTTPS_PROXY, or UV_INDEX_URL to an index that can be reached
```
"""#
        case "LivenessProbeFailed": return #"""
# LivenessProbeFailed: 生存プローブが失敗しました

生存プローブは、インスタンスが生きているかどうかを繰り返し確認します。連続して `failure_threshold` 回失敗したため、インスタンスは再起動され、最終的に断念されました。プロセス側に原因が見つからないときだけ、この reason になります。スクリプトのエラーはそのエラーとして報告されます。

## 確認方法

いつ、何を確認し、どう応答したかというプローブの履歴が evidence に表示されます。

## 対処方法

- カスタム コンテナーでは、`liveness_route` のパスとポートを確認します。サーバーが 127.0.0.1 だけでなく 0.0.0.0 で待ち受けていることも確認します。
- 起動が遅い場合は `liveness_probe.initial_delay` を、処理中に応答できない場合は `timeout` を延ばします。

## 例

```text
error[ERR_2200]: the liveness probe GET :8080/healthz was answered with 404 for 30 times in a row
  probe: 404 Not Found; / answers 200
help: set `liveness_route: {path: /, port: 8080}`
```
"""#
        case "ModelFileNotFound": return #"""
# ModelFileNotFound: モデル ファイルが見つかりません

スクリプトが、`AZUREML_MODEL_DIR` の下に存在しないファイルを開こうとしました。このフォルダーには、登録したものがフォルダー名ごと置かれます。フォルダー `models` を登録したなら `AZUREML_MODEL_DIR/models/…`、1 つのファイルを登録したならその直下です。開発マシンのパスがスクリプトに直接書かれている場合もあります。

## 確認方法

開こうとしたパスと、同じ名前のファイルがモデル フォルダーのどこにあるかが診断に表示されます。

## 対処方法

- 環境変数からパスを組み立てます: `os.path.join(os.environ["AZUREML_MODEL_DIR"], "models", "model.pkl")`
- モデルにファイルが含まれていない場合は、登録し直します。

## 例

```text
error[ERR_2200]: score.py line 10 opens `model.pkl`, which is not in the model's folder
  --> score.py:10:13
  model: models/model.pkl (12 KB)
help: os.path.join(os.environ["AZUREML_MODEL_DIR"], "models", "model.pkl")
```
"""#
        case "ModelLoadFailed": return #"""
# ModelLoadFailed: モデル ファイルを読み込めません

ファイルはありますが、ライブラリが読み込めませんでした。別のバージョンのライブラリで保存された、スクリプトにないクラスを参照している、モデルではなく Git LFS のポインターや HTML ページである、途中で切れているか空である、存在しない GPU が必要、などが考えられます。

## 確認方法

ファイルの先頭部分と大きさ、わかる場合は保存時と実行時のライブラリのバージョンが evidence に表示されます。

## 対処方法

- conda ファイルで、ライブラリをモデル保存時のバージョンに固定します。
- `git lfs pull` などで本物のファイルを取得し、モデルを登録し直します。
- CPU で読み込みます: `torch.load(path, map_location="cpu")`

## 例

```text
error[ERR_2200]: `models/model.pkl` is a Git LFS pointer, not a model
  model: version https://git-lfs.github.com/spec/v1 (132 bytes)
help: git lfs pull, then register the model again
```
"""#
        case "OperationCanceled": return #"""
# OperationCanceled: 操作が取り消されました

時間のかかる操作が、完了前に打ち切られました。優先される後続の操作 (作成中の削除など) か、利用者による中断が原因です。途中まで行われた変更は元に戻されています。

## 確認方法

現在の状態は `berth online-deployment show -n DEPLOYMENT -e ENDPOINT` で確認できます。

## 対処方法

- 結果がまだ必要なら、ほかの操作が終わってからコマンドをもう一度実行します。

## 例

```text
error[OperationCanceled]: creating deployment `blue` was cancelled: the endpoint is being deleted
```
"""#
        case "OperationInProgress": return #"""
# OperationInProgress: 別の操作が進行中です

エンドポイントとそのデプロイを変更できる操作は、一度に 1 つだけです。自分またはほかの利用者の別のコマンドが、現在処理されています。

## 確認方法

操作の種類と開始時刻が evidence に表示されます。状態は `berth online-deployment show -n DEPLOYMENT -e ENDPOINT --query provisioning_state` で確認できます。

## 対処方法

- 終わるまで待って、もう一度実行します。削除だけはいつでも受け付けられます。

## 例

```text
error[Conflict]: deployment `blue` is being updated since 14:02:11
  operation: update, step «await ready»
```
"""#
        case "PackageBuildFailed": return #"""
# PackageBuildFailed: パッケージをソースからビルドできませんでした

パッケージをその場でコンパイルする必要がありましたが、ビルドが失敗しました。コンパイラやシステム ライブラリのヘッダーがない、またはコードがこの Python に対応していません。

## 確認方法

ビルドの最初のエラーが evidence に表示されます。全体は次のコマンドで見られます: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT --container environment-build`

## 対処方法

- ビルド済みの配布物があるバージョンを選びます。
- `apt-get install build-essential libpq-dev` のように不足しているものをマシンに入れるか、バイナリ版 (`psycopg2-binary` など) を使います。
- または、それを含むイメージを用意して docker ランタイムで動かします。

## 例

```text
error[ImageBuildFailure]: `psycopg2==2.9.9` could not be built: pg_config is missing
  --> conda.yaml:8:9
  environment-build:57: Error: pg_config executable not found.
help: write `psycopg2-binary==2.9.9`
```
"""#
        case "PackageHasNoWheel": return #"""
# PackageHasNoWheel: この Python 用のビルド済みパッケージがありません

指定されたバージョンはありますが、ソースだけであるか、別の Python や別の種類のマシン用のものしかありません。パッケージが古く Python が新しい場合によく起こります。ここではソースからビルドすることもできませんでした。

## 確認方法

パッケージ名、ビルドが用意されている Python のバージョン、要求された Python のバージョンが診断に表示されます。

## 対処方法

- より新しいバージョンのパッケージを使います。
- または、conda ファイルの Python を、そのパッケージが対応するものにします: `python=3.9`

## 例

```text
error[ImageBuildFailure]: `numpy==1.18.5` has no build for Python 3.11
  --> conda.yaml:6:9
  index: builds for Python 3.5 to 3.8
help: write `numpy==1.26.4`, or set `python=3.8`
```
"""#
        case "PackageNotFound": return #"""
# PackageNotFound: パッケージまたはそのバージョンが存在しません

その名前のパッケージ、指定したバージョン、またはこの Python 向けの配布物が、パッケージ インデックスにありません。インポート名をパッケージ名と取り違えていることがよくあります (`sklearn` は `scikit-learn`、`yaml` は `pyyaml`、`PIL` は `pillow`)。

## 確認方法

conda ファイルの該当行と、近い名前または存在するバージョンが診断に表示されます。

## 対処方法

- その行の名前またはバージョンを直します。
- 自作のパッケージは、コード フォルダーに wheel かソースを置くか、環境でインデックスを指定します。

## 例

```text
error[ImageBuildFailure]: package `scikit-learn` has no version 1.99.0
  --> conda.yaml:6:9
  index: newest is 1.5.2
help: write `scikit-learn==1.5.2`
```
"""#
        case "PackageNotMappable": return #"""
# PackageNotMappable: pip に対応するものがない conda パッケージです

conda のないマシンでは、conda パッケージを Python のパッケージ インデックスにある同等のものに置き換えてインストールします。これは Python パッケージではない (コンパイラ、ドライバー、システム ライブラリなど) か、対応するものがわかりません。

## 確認方法

該当する conda ファイルの行がそれぞれ診断に表示されます。

## 対処方法

- `score.py` に不要なら、その行を削除します。
- 必要なら、マシンに `micromamba` または `conda` を入れるか、それを含むイメージを用意します。

## 例

```text
error[ImageBuildFailure]: conda package `cudatoolkit` is no Python package
  --> conda.yaml:5:5
help: remove the line, or use an image with CUDA
```
"""#
        case "PlatformFault": return #"""
# PlatformFault: Berth 自体の障害です

Berth の一部が、お使いのファイルとは無関係の理由で失敗しました。補助プロセスが終了した、Berth 自身のファイルが壊れている、普段は許される操作をマシンが拒んだ、などです。

## 確認方法

わかっていることは evidence に表示されます。サーバーのログには、request id とともに詳細が残っています。

## 対処方法

- コマンドをもう一度実行します。どの段階も、繰り返して安全に作られています。
- 再び起きる場合は、request id と `berth version` の出力を添えて報告してください。

## 例

```text
error[ERR_5000]: the instance's parent process ended without an exit report
  launch: no run/exit.json
request id: 2d4c0b1e-52d0-4a5e-9d43-0c7f0f2a9b11
```
"""#
        case "PodOutOfMemory": return #"""
# PodOutOfMemory: インスタンスがメモリの上限を超えました

インスタンスの全プロセスが合わせて使えるのは `instance_type` のメモリまでです。これを超えたため、インスタンスは停止されました。ワーカーはそれぞれモデルを読み込むので、1 GiB のモデルは `WORKER_COUNT` が 4 なら 4 GiB 以上になります。

## 確認方法

使用量の最大値、上限、段階、ワーカーごとの使用量が evidence に表示されます。

## 対処方法

- メモリの多い `instance_type` を選びます。
- `environment_variables` の `WORKER_COUNT` でワーカー数を減らします。
- モデルは `run()` ではなく `init()` で 1 度だけ読み込みます。精度が許せば float16 などで読み込みます。

## 例

```text
error[ERR_2200]: the instance used 7.1 GiB, 7.0 GiB are allowed, while init() ran
  memory: 2 workers, 3.5 GiB each
help: set `instance_type: Standard_DS3_v2` (14 GiB), or WORKER_COUNT=1
```
"""#
        case "PodUnschedulable": return #"""
# PodUnschedulable: インスタンスを配置できる場所がありません

要求自体は可能ですが、それだけの空きを一度に持つマシンが今はありません。残りはほかのデプロイが使っています。

## 確認方法

資源ごとの空きと要求量が evidence に表示されます。

## 対処方法

- ほかのデプロイを削除または縮小します。操作が待機中であれば、空きができ次第自動的に配置されます。
- より小さい `instance_type` を選びます。

## 例

```text
error[ERR_1101]: no machine has 8 cores free for an instance of `green`
  capacity: 4 of 16 cores free
help: delete a deployment that is not used, or choose Standard_DS3_v2
```
"""#
        case "PortInUse": return #"""
# PortInUse: ポートが使用中です

別のプログラムがポートを使っているため、待ち受けを開始できませんでした。同じポートを使うもう 1 つの Berth か、マシン上の別のサービスです。

## 確認方法

ポート番号と、わかる場合は使用中のプログラムが evidence に表示されます。手動では `ss -ltnp | grep PORT` で確認できます。

## 対処方法

- そのプログラムを止めるか、別のポートを使います: `berth serve --port 7543 --gateway-port 7580 --gateway-tls-port 7544`
- カスタム コンテナーでは、中のサーバーごとに別のポートを割り当てます。

## 例

```text
error[ERR_2100]: port 7480 is in use
  port: nginx (pid 812) listens on 127.0.0.1:7480
help: berth serve --gateway-port 7580
```
"""#
        case "PreconditionFailed": return #"""
# PreconditionFailed: 読み取り後に変更されています

要求は、対象とするエンドポイントまたはデプロイの状態を指定しています (`If-Match` の ETag)。その後に別の利用者が変更したため、何も実行されませんでした。

## 確認方法

現在の状態は `berth online-endpoint show -n ENDPOINT` で確認できます。応答の `ETag` ヘッダーがその状態を表します。

## 対処方法

- もう一度読み取り、その内容に変更を加えて、新しい ETag とともに送信します。
- `If-Match` を付けなければ、最後の書き込みが有効になります。

## 例

```text
error[Conflict]: endpoint `diabetes` has changed since it was read
  etag: "66a1f0c3d2b10", the request names "66a1f0c39e004"
```
"""#
        case "PythonNotFound": return #"""
# PythonNotFound: 適切な Python が見つかりません

環境で求められたバージョンの Python がインストールされておらず、取得もできませんでした。通常は警告を出して最も近いバージョンを使いますが、`--strict-environment` を指定した場合や、Python がまったく見つからない場合はエラーになります。

## 確認方法

見つかった Python のバージョンと場所が evidence に表示されます。

## 対処方法

- インストールします: `uv python install 3.10`、または OS のパッケージを使います。
- または、conda ファイルで、すでにあるバージョンを指定します。

## 例

```text
error[ImageBuildFailure]: Python 3.7 is asked for and not on this machine
  --> conda.yaml:4:5
  machine: 3.11.2 (/usr/bin/python3)
help: uv python install 3.7, or leave out --strict-environment
```
"""#
        case "QuotaExceeded": return #"""
# QuotaExceeded: 決められた上限を超えます

サブスクリプションまたはワークスペースの上限を超えます。上限があるのは、VM ファミリごとのコア数、全ファミリ合計のコア数、エンドポイント数、デプロイ数です。デプロイ自体に誤りはなく、マシンには空きがあることもあります。

## 確認方法

必要なコア数とその計算、上限、使用量、使用しているデプロイが evidence に表示されます。全ファミリは `berth quota list -o table`、1 つのファミリとその使用者は `berth quota show --family FAMILY` で確認できます。

## 対処方法

- help に示された収まる構成(インスタンス数を減らす、小さいサイズにする)を選びます。
- 使っていないデプロイを削除します。
- 引き上げを依頼します: `berth quota request --family FAMILY --limit CORES`。サーバーの所有者が `berth quota set` で設定します。

## 例

```text
error[ERR_1100]: not enough quota available for Standard_F4s_v2 in subscription 7a1c: current usage/limit 0/6, additional needed 8 (deployment `blue`, 1 instance)
  need: ceil(1.2 × 1) × 4 cores = 2 × 4 = 8 cores of standardFSv2Family
  limit: 6 cores of standardFSv2Family for subscription 7a1c in local
help: what fits: instance_type Standard_F2s_v2 with instance_count 1
```
"""#
        case "ReadinessProbeFailed": return #"""
# ReadinessProbeFailed: 準備完了プローブが失敗しました

インスタンスは生きていますが、要求を受け付ける準備ができたと応答しないため、要求が送られません。プローブのパスが違うか、コンテナー内のサーバーが何かを待っています。

## 確認方法

プローブの直近の応答が evidence に表示されます。コンテナーの出力は次のコマンドで見られます: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT`

## 対処方法

- `readiness_route` のパスとポートを確認します。モデルの読み込み後に 200 を返す必要があります。
- 読み込みに時間がかかるだけなら、`readiness_probe.initial_delay` を延ばします。

## 例

```text
error[ERR_2200]: the readiness probe GET :8501/v1/models/half was answered with 404
  probe: 404, body: Could not find any versions of model half
help: set `readiness_route.path: /v1/models/half_plus_two`
```
"""#
        case "RegistryUnreachable": return #"""
# RegistryUnreachable: レジストリに接続できません

レジストリから応答がありませんでした。名前を解決できない、接続が拒否されたかタイムアウトした、間にプロキシがある、証明書が信頼されていない、のいずれかです。

## 確認方法

失敗した段階 (名前解決、接続、TLS) とそのメッセージが evidence に表示されます。サーバー上で `curl -v https://REGISTRY/v2/` を実行しても確認できます。

## 対処方法

- イメージ名のレジストリの部分を確認します。
- プロキシが必要なら、サーバーに `HTTPS_PROXY` を設定します。独自の CA を使うレジストリなら、その CA をマシンに追加します。

## 例

```text
error[ERR_1200]: registry `registy.example.com` cannot be reached: its name is not known
  registry: Could not resolve host
help: correct the name of the registry
```
"""#
        case "RegistryUntrusted": return #"""
# RegistryUntrusted: レジストリの証明書を信頼できません

レジストリは TLS で応答しましたが、証明書をこのマシンは信頼していません。自己署名である、署名した CA がインストールされていない、期限切れ、別の名前の証明書である、などが原因です。

## 確認方法

TLS ライブラリのメッセージが evidence に表示されます。手動ではサーバーで次を実行します: `openssl s_client -connect REGISTRY -verify_return_error </dev/null`

## 対処方法

- CA をコンテナーエンジンに渡します: `/etc/docker/certs.d/REGISTRY/ca.crt` にコピーします。
- Berth にも渡します: マシンの CA に追加するか、`berth serve` に `SSL_CERT_FILE` を設定します。
- 証明書の名前が違う場合は、証明書にある名前でイメージを書きます。

## 例

```text
error[ERR_1200]: the certificate of registry `registry.example.com` is not trusted
  tls: self-signed certificate
help: copy the registry's CA to /etc/docker/certs.d/registry.example.com/ca.crt
```
"""#
        case "ResourceNotFound": return #"""
# ResourceNotFound: 指定されたものが見つかりません

コマンドまたは仕様ファイルで指定されたエンドポイント、デプロイ、モデル、環境、ワークスペースが、ここには存在しません。サーバー側にはあるのに `--local` を付けている、別のワークスペースにある、といった場合もよくあります。

## 確認方法

存在するものは `berth online-endpoint list` と `berth online-deployment list -e ENDPOINT` で一覧できます。手元のマシンのものは `--local` を付けて確認します。

## 対処方法

- 名前を直します。近い名前があれば、メッセージに候補が表示されます。
- 省略した引数を補う既定値を確認します: `berth configure --list-defaults`

## 例

```text
error[ResourceNotFound]: endpoint `chrun` does not exist
help: did you mean `churn`?
```
"""#
        case "ResourceRequestTooLarge": return #"""
# ResourceRequestTooLarge: 要求がインスタンスの種類の上限を超えています

`resources` のコア、メモリ、GPU が `instance_type` 1 台分を超えており、どのマシンにも置けません。要求 (requests) が制限 (limits) より大きい場合もこのエラーになります。

## 確認方法

該当行、要求した量、その種類が持つ量が診断に表示されます。

## 対処方法

- 要求を減らすか、より大きい `instance_type` を選びます。収まる最小の種類が診断に表示されます。

## 例

```text
error[ERR_2100]: 16 GiB of memory are asked for, `Standard_DS3_v2` has 14 GiB
  --> deployment.yml:14:15
help: set `instance_type: Standard_DS4_v2`, or lower the request to 14Gi
```
"""#
        case "ScoringFailed": return #"""
# ScoringFailed: スコアリング要求が失敗しました

デプロイは動いていますが、要求に 200 以外が返りました。どこに原因があるかは `x-berth-layer` ヘッダーでわかります。`client` (要求)、`gateway` (制限)、`model` (`run()` またはコンテナー)、`platform` (Berth) のいずれかです。モデルが返した状態コードは 424 に変わり、元の値は `ms-azureml-model-error-statuscode` ヘッダーに入ります。

## 確認方法

直近の失敗と `score.py` 内の場所は `berth online-deployment diagnose -n DEPLOYMENT -e ENDPOINT` で確認できます。トレースバックは `get-logs` に request id とともに残っています。

## 対処方法

- 424 なら `run()` または送るデータを直します。408 なら `run()` を速くするか、`request_settings.request_timeout_ms` を延ばします。
- 413 なら 1.5 MB 未満に収めます。429 なら指数バックオフで間隔を空けて送るか、インスタンスを増やします。

## 例

```text
error[ScoringFailed]: run() raised KeyError: 'data' at score.py line 14
  --> score.py:14:12
  inference-server:88: KeyError: 'data'
help: send a JSON object with the key `data`
```
"""#
        case "ServerUnreachable": return #"""
# ServerUnreachable: サーバーに接続できません

コマンドの実行にはサーバーへの問い合わせが必要ですが、応答がありません。サーバーが動いていない、アドレスが違う、ファイアウォールで遮られている、証明書がこのマシンで信頼されていない、のいずれかです。

## 確認方法

接続先と失敗の内容が evidence に表示されます。手動では `curl --cacert ca.pem "https://HOST:7443/metadata/endpoints?api-version=2019-05-01"` で確認できます。

## 対処方法

- サーバーを起動します: `berth serve`
- サーバーの場所と CA を指定します: `berth login --server URL --ca FILE`
- サーバーなしで作業するなら `--local` を付けます。

## 例

```text
error[BadArgument]: no server answers at https://127.0.0.1:7443
  connection: refused
help: berth serve
```
"""#
        case "SpecInvalid": return #"""
# SpecInvalid: YAML の内容が正しくありません

YAML としては読めますが、仕様として正しくありません。未知のキー、型や範囲の違う値、必須キーの不足、使えない名前、合計が 0 でも 100 でもないトラフィックなどです。

## 確認方法

誤りはそれぞれ、ファイル、行、桁、その行の内容とともに表示されます。`berth validate -f FILE` でまとめて確認できます。

## 対処方法

- 示された箇所を直します。キーのつづりが違う場合は、近いものが提案されます。
- 付属の JSON Schema をエディターに設定すると、書いている途中で誤りがわかります。

## 例

```text
error[BadArgument]: traffic adds up to 110, not to 0 or 100
  --> endpoint.yml:5:1
  spec: blue 90, green 20
```
"""#
        case "SpecUnreadable": return #"""
# SpecUnreadable: YAML ファイルを読み取れません

ファイルが存在しない、読み取り権限がない、または YAML として解釈できません。タブによるインデント、コロンの抜け、括弧の閉じ忘れ、種類の違うファイルなどが原因です。

## 確認方法

読み取りが止まった行と桁が表示されます。誤りはそこか、その直前にあります。

## 対処方法

- インデントにはタブではなく空白を使います。
- `: ` や ` #` を含む文字列は引用符で囲みます。

## 例

```text
error[BadArgument]: the file is not YAML: a tab cannot be used for indentation
  --> deployment.yml:4:1
```
"""#
        case "ToolNotFound": return #"""
# ToolNotFound: 必要なプログラムがインストールされていません

この段階で必要なプログラム (Python 環境の `uv`、イメージの `docker`、リポジトリのパッケージの `git` など) が `PATH` に見つかりませんでした。

## 確認方法

プログラム名がメッセージに表示されます。見つかったものは `berth version` で一覧できます。

## 対処方法

- インストールし、Berth を実行するユーザーから見えることを `command -v uv` などで確認します。
- ネットワークがない場合は、`uv` を手で `PATH` の通った場所に置きます。

## 例

```text
error[ImageBuildFailure]: `uv` is not installed and could not be fetched
  machine: PATH has no uv; the package index cannot be reached
help: python3 -m pip install uv
```
"""#
        case "Unauthorized": return #"""
# Unauthorized: 認証されていません

要求にキーやトークンが付いていない、値が違う、または有効期限が切れています。スコアリングでは 401、コントロール プレーンでは `AuthenticationFailed` になります。

## 確認方法

現在有効なキー、または新しいトークンとその期限は `berth online-endpoint get-credentials -n ENDPOINT` で取得できます。

## 対処方法

- このエンドポイントのキーを `Authorization: Bearer KEY` で送ります。再生成前の古いキーは使えません。
- 資格情報のないマシンでは、サインインし直します: `berth login --server URL --ca FILE`

## 例

```text
error[Unauthorized]: the key is not valid for endpoint `churn`
help: berth online-endpoint get-credentials -n churn
```
"""#
        case "UserScriptFunctionNotFound": return #"""
# UserScriptFunctionNotFound: スコアリングスクリプトに `init()` または `run()` がありません

推論サーバーは、起動時に 1 回 `init()` を、要求ごとに `run(data)` を呼び出します。そのどちらかがモジュールの最上位に見つかりません。つづりの誤り、クラスや `if` の中での定義、別のファイルをスコアリングスクリプトに指定したこと、などが原因です。

## 確認方法

足りない関数名と、よく似た名前の候補が診断に表示されます。

## 対処方法

- 両方の関数をスクリプトの最上位で定義します。
- デプロイの YAML の `code_configuration.scoring_script` を確認します。

## 例

```text
error[ERR_2200]: score.py has no function `run`
  script-invalid: similar names: runn (line 9)
help: rename `runn` to `run`
```
"""#
        case "UserScriptImportError": return #"""
# UserScriptImportError: スコアリングスクリプトのインポートに失敗しました

`score.py` の読み込み中に `import` が失敗しました。多くの場合はパッケージが環境に含まれていません。そのほか、パッケージ名とモジュール名が違う (`import cv2` は `opencv-python-headless` に含まれる)、別のバージョンのライブラリ用にビルドされている、自分のファイルが同名のパッケージを隠している、という場合もあります。

## 確認方法

インポートしている行と、Python が出したエラーが診断に表示されます。

## 対処方法

- conda ファイルの `pip:` の下にパッケージを加え、デプロイを更新します。
- パッケージと同じ名前の自作ファイル (`random.py`、`json.py` など) は名前を変えます。
- `berth validate -f deployment.yml` で、デプロイ前にインポートと環境を突き合わせられます。

## 例

```text
error[ERR_2200]: score.py line 3 imports `xgboost`, which is not in the environment
  --> score.py:3:8
  inference-server:41: ModuleNotFoundError: No module named 'xgboost'
help: add `xgboost` under `pip:` in conda.yaml
```
"""#
        case "UserScriptInitFailed": return #"""
# UserScriptInitFailed: `init()` で例外が発生しました

スクリプトは読み込めましたが、`init()` が例外で終わりました。`init()` が終わるまで、インスタンスは準備完了にならず、要求は送られません。診断には、例外の内容と、サーバー側のフレームを除いた自分のコードの行が表示されます。

## 確認方法

トレースバック全体とモデル フォルダーの中身はログにあります: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT`

## 対処方法

- 診断が示す行を直します。
- `AZUREML_MODEL_DIR` にモデルのフォルダーを設定するか `--local` でデプロイして、手元で `init()` を試します。

## 例

```text
error[ERR_2200]: init() raised KeyError: 'THRESHOLD' at score.py line 8
  --> score.py:8:17
  inference-server:52: KeyError: 'THRESHOLD'
help: set `THRESHOLD` under `environment_variables` of the deployment
```
"""#
        case "UserScriptInitTimedOut": return #"""
# UserScriptInitTimedOut: `init()` が時間内に終わりませんでした

生存プローブがインスタンスに与える起動時間は `initial_delay + failure_threshold × period` 秒です。その時点でまだ `init()` またはインポートが実行中でした。大きなモデルの読み込み、ダウンロード、応答しないサービスの待機、終わらない処理などが考えられます。

## 確認方法

時間切れになった時点で、各スレッドがどこを実行していたかが evidence に表示されます。

## 対処方法

- 単に時間が足りないなら、`liveness_probe.initial_delay` を延ばします。足りる値が診断に表示されます。
- 起動時にダウンロードしているものは、あらかじめモデルか環境に含めておきます。
- `init()` 内のネットワーク呼び出しには必ずタイムアウトを付けます。

## 例

```text
error[ERR_2200]: init() was still running after 310 s, in `requests.get` at score.py line 11
  --> score.py:11:12
help: give the request a timeout, or raise `liveness_probe.initial_delay` to 400
```
"""#
        case "UserScriptNotFound": return #"""
# UserScriptNotFound: スコアリングスクリプトが見つかりません

デプロイで指定された `scoring_script` が、コード フォルダーの中にありません。パスは `code_configuration.code` のフォルダーからの相対パスで、大文字と小文字は区別されます。

## 確認方法

実際に存在する Python ファイルの一覧が evidence に表示されます。

## 対処方法

- `code_configuration.scoring_script` または `code_configuration.code` を直します。
- `.amlignore` や `.gitignore` でファイルが除外されていないか確認します。

## 例

```text
error[BadArgument]: the scoring script `src/scores.py` does not exist
  --> deployment.yml:9:19
  code: src/score.py
help: write `scoring_script: score.py`
```
"""#
        case "UserScriptRunFailed": return #"""
# UserScriptRunFailed: `run()` で例外が発生しました

デプロイは正常に動いていますが、ある要求の処理中に `run()` が例外で終わりました。多くは、データの形がコードの想定と違う、`init()` で `global` 宣言を忘れている、結果を JSON にできない、のいずれかです。クライアントには 424 が返ります。

## 確認方法

クライアントに返った request id とともに、トレースバックがログに残ります: `berth online-deployment get-logs -n DEPLOYMENT -e ENDPOINT`

## 対処方法

- `run()` が想定する形のデータを送ります。デコレーターのない `run()` には本文が文字列で渡されるので、最初に `json.loads(data)` が必要です。
- 配列そのものではなく `result.tolist()` のように、Python のリストや数値を返します。

## 例

```text
error[ScoringFailed]: run() raised NameError: name 'model' is not defined at score.py line 15
  --> score.py:15:14
help: add `global model` to init()
```
"""#
        case "UserScriptSignatureError": return #"""
# UserScriptSignatureError: `init()` または `run()` の引数が正しくありません

`init()` は引数なしで、`run()` は要求データ 1 つだけを渡して呼び出されます。既定値のある引数は追加できますが、`*args`、`**kwargs`、位置専用引数は使えません。また、`async def` で定義しても await されません。

## 確認方法

`def` の行と引数が診断に表示されます。

## 対処方法

- `def init():` と `def run(data):` の形にします。
- `init()` で用意したものは、`init()` の中で `global model` と宣言して `run()` に渡します。

## 例

```text
error[ERR_2200]: run() takes no parameter, but is called with the data of the request
  --> score.py:9:1
help: write `def run(data):`
```
"""#
        case "UserScriptSyntaxError": return #"""
# UserScriptSyntaxError: スコアリングスクリプトに構文エラーがあります

スクリプト、またはそこからインポートされる自作モジュールを、Python が解釈できませんでした。括弧やコロンの抜け、インデントの誤り、タブと空白の混在、別のバージョンの Python 向けのコード (`print "x"` など) が原因です。

## 確認方法

ファイル、行、桁、その行の内容が診断に表示されます。手元では `python -m py_compile score.py` で確かめられます。

## 対処方法

- その行を直します。直前の行の括弧の閉じ忘れが原因であることもよくあります。
- 新しい Python が必要なコードなら、conda ファイルで Python のバージョンを指定します。

## 例

```text
error[ERR_2200]: score.py line 12 is not valid Python: '(' was never closed
  --> score.py:12:20
   |
12 |     return json.dumps(result
   |                      ^
```
"""#
        case "WorkerCrashed": return #"""
# WorkerCrashed: ワーカーがクラッシュしました

ワーカーは、インスタンスの中で `score.py` を実行するプロセスです。SIGSEGV (ネイティブ コードの不正なメモリ参照) や SIGILL (別のプロセッサ向けにビルドされたパッケージ) などのシグナルで終了しました。この場合、Python のトレースバックは残りません。

## 確認方法

シグナル名、発生した段階 (インポート、`init()`、要求の処理)、最後に出力された行が evidence に表示されます。要求の処理中なら、その request id も表示されます。

## 対処方法

- `environment_variables` に `PYTHONFAULTHANDLER=1` を設定すると、クラッシュした Python の行がログに出ます。
- ネイティブ パッケージ同士のバージョンをそろえます。よくあるのは numpy です。
- 特定の要求で起きる場合は、`--local` のデプロイに同じ要求を送って再現させます。

## 例

```text
error[ERR_2200]: the worker crashed with SIGSEGV while it imported `torch`
  exit: signal 11 (SIGSEGV), phase import
help: pin `torch` to a version that fits numpy 1.26
```
"""#
        case "WorkerExited": return #"""
# WorkerExited: ワーカーが自分で終了しました

スクリプトまたはライブラリがプロセスを終了させました。`sys.exit()` や `os._exit()` の呼び出し、サーバーの引数を知らない引数パーサーなどが原因です。ワーカーは動き続ける必要があるため、終了ステータスが 0 でも失敗として扱われます。

## 確認方法

終了ステータス、段階、最後の出力が evidence に表示されます。

## 対処方法

- プロセスを終了させる処理を取り除きます。`init()` では代わりに例外を発生させます。
- プログラムとして起動するときの処理は `if __name__ == "__main__":` の下に置きます。

## 例

```text
error[ERR_2200]: the worker ended with status 2 while score.py was imported
  inference-server:30: usage: train.py [-h] --data DATA
help: move the argument parser of train.py under `if __name__ == "__main__":`
```
"""#
        case "WorkerKilled": return #"""
# WorkerKilled: ワーカーが外部から強制終了されました

ワーカーが SIGKILL または SIGTERM で終了しましたが、メモリ上限によるものでも Berth によるものでもありません。マシン上の別のプログラムや利用者がシグナルを送ったか、マシン全体のメモリが不足してカーネルが終了させたと考えられます。

## 確認方法

シグナル、使用メモリ、上限が evidence に表示されます。カーネルの記録は `dmesg | grep -i oom` で確認できます。

## 対処方法

- ワーカーは自動的に起動し直されます。一度きりなら対処は不要です。
- マシンのメモリが不足している場合は、デプロイの数や大きさを減らします。

## 例

```text
error[ERR_2200]: the worker was killed by SIGKILL from outside, at 1.2 of 4 GiB of memory
  exit: signal 9 (SIGKILL), phase serving
```
"""#
        default: return nil
        }
    }
}
