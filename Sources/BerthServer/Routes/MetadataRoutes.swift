import BerthAPI
import BerthControl
import BerthDiagnostics
import BerthIdentity
import BerthJSON
import BerthModel
import BerthStore
import HTTPTypes
import Hummingbird

/// What clients ask before they have a credential: where everything is. Answered from the request alone.
struct MetadataRoutes: Sendable {
    let tenant: String

    /// What follows `<account>.blob.` in the names of storage accounts.
    static let storageSuffix = "berth.local"

    func add(to router: Router<ControlRequestContext>) {
        router.get("/metadata/endpoints") { request, context in
            let cloud = Self.cloud(base: context.baseURL, tenant: tenant)
            // Readers of the old version iterate over a list, those of the new one take one object.
            let version = request.uri.queryParameters["api-version"].map(String.init) ?? ""
            return Response.json(version < "2022" ? [cloud] : cloud)
        }
    }

    /// Source: the fields that azure-ai-ml and azure-cli read. `resourceManager` must be a part of the URL that was asked.
    private static func cloud(base: String, tenant: String) -> JSON {
        let slash = "\(base)/"
        return [
            "name": "Berth",
            "portal": .string(base),
            "resourceManager": .string(slash),
            "authentication": [
                "loginEndpoint": .string(base),
                "audiences": [.string(base), .string(slash)],
                "tenant": .string(tenant),
                "identityProvider": "AAD",
            ],
            "graph": .string(slash),
            "graphAudience": .string(slash),
            "microsoftGraphResourceId": .string(slash),
            "gallery": .string(slash),
            "batch": .string(slash),
            "media": .string(slash),
            "sqlManagement": .string(slash),
            "vmImageAliasDoc": .string("\(base)/metadata/images"),
            "activeDirectoryDataLake": .string(slash),
            "suffixes": [
                "storage": .string(storageSuffix),
                "acrLoginServer": .string("azurecr.\(storageSuffix)"),
                "keyVaultDns": .string("vault.\(storageSuffix)"),
                "sqlServerHostname": .string("database.\(storageSuffix)"),
                "azureDataLakeStoreFileSystem": .string("datalake.\(storageSuffix)"),
                "azureDataLakeAnalyticsCatalogAndJob": .string("analytics.\(storageSuffix)"),
                "mhsmDns": .string("hsm.\(storageSuffix)"),
                "mysqlServerEndpoint": .string("mysql.\(storageSuffix)"),
                "postgresqlServerEndpoint": .string("postgres.\(storageSuffix)"),
                "mariadbServerEndpoint": .string("mariadb.\(storageSuffix)"),
            ],
        ]
    }
}
