import BerthModel

/// What an `update` with a file makes of a resource: keys that the file has replace those of the resource, maps are
/// merged, all else stays.
///
/// Source: the SDK's `_merge_with` of endpoints and deployments.
enum SpecMerge {
    /// `current` with what `file` says; `written` tells whether the file, or an option, has a key.
    static func endpoint(
        _ current: EndpointSpec,
        with file: EndpointSpec,
        written: (String) -> Bool
    ) -> EndpointSpec {
        var merged = current
        if written("description") { merged.description = file.description }
        if written("tags") { merged.tags.merge(file.tags) { _, new in new } }
        if written("properties") { merged.properties.merge(file.properties) { _, new in new } }
        if written("auth_mode") { merged.authMode = file.authMode }
        if written("compute") { merged.compute = file.compute }
        if written("target") { merged.compute = file.compute }
        if written("identity") { merged.identity = file.identity }
        if written("traffic") { merged.traffic = file.traffic }
        if written("mirror_traffic") { merged.mirrorTraffic = file.mirrorTraffic }
        if written("public_network_access") || written("allow_public_access") {
            merged.publicNetworkAccess = file.publicNetworkAccess
        }
        return merged
    }

    /// `current` with what `file` says; `written` tells whether the file, or an option, has a key.
    static func deployment(
        _ current: DeploymentSpec,
        with file: DeploymentSpec,
        written: (String) -> Bool
    ) -> DeploymentSpec {
        // From the file on, so that a key that is not named here is the file's, not lost.
        var merged = file
        merged.name = current.name
        merged.endpointName = current.endpointName
        merged.tags = current.tags.merging(file.tags) { _, new in new }
        merged.properties = current.properties.merging(file.properties) { _, new in new }
        merged.environmentVariables = current.environmentVariables.merging(file.environmentVariables) { _, new in new }
        if !written("description") { merged.description = current.description }
        if !written("model") { merged.model = current.model }
        if !written("model_mount_path") { merged.modelMountPath = current.modelMountPath }
        if !written("code_configuration") { merged.code = current.code }
        if !written("environment") { merged.environment = current.environment }
        if !written("instance_type") { merged.instanceType = current.instanceType }
        if !written("instance_count"), !written("scale_settings") { merged.instanceCount = current.instanceCount }
        if !written("app_insights_enabled") { merged.appInsightsEnabled = current.appInsightsEnabled }
        if !written("scale_settings") { merged.scaleSettings = current.scaleSettings }
        if !written("request_settings") { merged.requestSettings = current.requestSettings }
        if !written("liveness_probe") { merged.livenessProbe = current.livenessProbe }
        if !written("readiness_probe") { merged.readinessProbe = current.readinessProbe }
        if !written("data_collector") { merged.dataCollector = current.dataCollector }
        if !written("egress_public_network_access") {
            merged.egressPublicNetworkAccess = current.egressPublicNetworkAccess
        }
        if !written("resources"), !written("resource_requirements") { merged.resources = current.resources }
        return merged
    }
}
