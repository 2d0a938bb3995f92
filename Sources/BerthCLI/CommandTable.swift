/// All commands, in the order of the help.
enum CommandTable {
    static let groups: [CommandGroup] =
        [
            CommandGroup(
                name: "online-endpoint",
                abstract: "a stable URL with keys, and the traffic to its deployments",
                commands: [
                    OnlineEndpointCreate.command, OnlineEndpointUpdate.command, OnlineEndpointShow.command,
                    OnlineEndpointList.command, OnlineEndpointDelete.command, OnlineEndpointInvoke.command,
                    OnlineEndpointGetCredentials.command, OnlineEndpointRegenerateKeys.command,
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
        ] + server

    /// What only a server has.
    private static let server: [CommandGroup] = [
        CommandGroup(
            name: "workspace",
            abstract: "what endpoints and assets belong to",
            commands: [
                WorkspaceCreate.command, WorkspaceShow.command, WorkspaceList.command, WorkspaceDelete.command,
            ]
        ),
        CommandGroup(
            name: "model",
            abstract: "registered models",
            commands: [
                ModelCreate.command, AssetNoun.model.show, AssetNoun.model.list, AssetNoun.model.update,
                AssetNoun.model.archive(true), AssetNoun.model.archive(false), ModelDownload.command,
            ]
        ),
        CommandGroup(
            name: "environment",
            abstract: "registered environments",
            commands: [
                EnvironmentCreate.command, AssetNoun.environment.show, AssetNoun.environment.list,
                AssetNoun.environment.update, AssetNoun.environment.archive(true),
                AssetNoun.environment.archive(false),
            ]
        ),
        CommandGroup(name: "code", abstract: "code that deployments have registered", commands: [AssetNoun.code.show]),
        CommandGroup(
            name: "storage",
            abstract: "files in the blob store",
            commands: [StorageBlobExists.command, StorageBlobUpload.command, StorageBlobUploadBatch.command]
        ),
        CommandGroup(
            name: "group",
            abstract: "resource groups, which hold workspaces",
            commands: [
                GroupCreate.command, GroupShow.command, GroupList.command, GroupExists.command, GroupDelete.command,
            ]
        ),
        CommandGroup(
            name: "quota",
            abstract: "cores that a subscription or workspace may use",
            commands: [QuotaList.command, QuotaShow.command, QuotaSet.command, QuotaRequest.command]
        ),
        CommandGroup(
            name: "account",
            abstract: "subscriptions and tokens",
            commands: [
                AccountList.command, AccountShow.command, AccountSet.command, AccountGetAccessToken.command,
            ]
        ),
        CommandGroup(
            name: "identity",
            abstract: "user-assigned identities of endpoints",
            commands: [
                IdentityCreate.command, IdentityShow.command, IdentityList.command, IdentityDelete.command,
            ]
        ),
        CommandGroup(
            name: "role",
            abstract: "who may do what",
            commands: [
                RoleAssignmentCreate.command, RoleAssignmentList.command, RoleAssignmentDelete.command,
                RoleDefinitionList.command,
            ]
        ),
        CommandGroup(
            name: "ad",
            abstract: "service principals: ids and secrets of programs",
            commands: [
                ServicePrincipalCreate.command, ServicePrincipalList.command, ServicePrincipalReset.command,
                ServicePrincipalDelete.command,
            ]
        ),
        CommandGroup(name: "config", abstract: "settings of the command line", commands: [ConfigGet.command]),
    ]

    static let single: [Command] = [
        Login.command, Logout.command, SDKEnvironment.command, Stop.command, Backup.command, TraceRequest.command,
        Validate.command, Explain.command,
        QueryTool.command, Configure.command, Completion.command,
        ShowVersion.command, GenerateDocs.command,
    ]

    static var all: [Command] { groups.flatMap(\.commands) + single }
}
