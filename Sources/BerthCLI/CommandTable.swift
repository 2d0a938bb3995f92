/// All commands, in the order of the help.
enum CommandTable {
    static let groups: [CommandGroup] = [
        CommandGroup(
            name: "online-endpoint",
            abstract: "a stable URL with keys, and the traffic to its deployments",
            commands: [
                OnlineEndpointCreate.command, OnlineEndpointUpdate.command, OnlineEndpointShow.command,
                OnlineEndpointList.command, OnlineEndpointDelete.command, OnlineEndpointInvoke.command,
                OnlineEndpointGetCredentials.command,
            ]
        ),
        CommandGroup(
            name: "online-deployment",
            abstract: "one version of a model behind an endpoint",
            commands: [
                OnlineDeploymentCreate.command, OnlineDeploymentUpdate.command, OnlineDeploymentShow.command,
                OnlineDeploymentList.command, OnlineDeploymentDelete.command, OnlineDeploymentGetLogs.command,
                OnlineDeploymentDiagnose.command,
            ]
        ),
        CommandGroup(
            name: "endpoint",
            abstract: "the form of 2021: one file with an endpoint and its deployments",
            commands: [
                EndpointCreate.command, EndpointUpdate.command, EndpointShow.command, EndpointList.command,
                EndpointDelete.command, EndpointInvoke.command, EndpointGetLogs.command,
                EndpointGetCredentials.command,
            ],
            oldVerbs: ["list-keys": "get-credentials", "log": "get-logs"]
        ),
    ]

    static let single: [Command] = [
        Validate.command, Explain.command, QueryTool.command, Configure.command, Completion.command,
        ShowVersion.command, GenerateDocs.command,
    ]

    static var all: [Command] { groups.flatMap(\.commands) + single }
}
