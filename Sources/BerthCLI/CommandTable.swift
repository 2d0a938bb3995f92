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
    ]

    static let single: [Command] = [
        QueryTool.command, Configure.command, ShowVersion.command,
    ]

    static var all: [Command] { groups.flatMap(\.commands) + single }
}
