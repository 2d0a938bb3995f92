import BerthDiagnostics
import BerthModel
import BerthSpec
import Testing

@testable import BerthCLI

@Suite("Plan of a single file")
struct EndpointPlanTests {
    private func file(_ deployments: [String], traffic: [String: Int] = [:]) -> Endpoint2021 {
        Endpoint2021(
            endpoint: EndpointSpec(name: "e"),
            deployments: deployments.map { DeploymentSpec(name: $0, endpointName: "e") },
            traffic: traffic
        )
    }

    private func endpoint(_ traffic: [String: Int]) -> EndpointSpec {
        var spec = EndpointSpec(name: "e")
        spec.traffic = traffic
        return spec
    }

    @Test("a new endpoint comes first, then its deployments, then the traffic")
    func creates() throws {
        let plan = try EndpointPlan(
            file: file(["blue"], traffic: ["blue": 100]),
            current: nil,
            deployments: [],
            isDeclarative: false,
            written: { _ in true }
        )
        #expect(
            plan.steps == [
                .endpoint(endpoint([:])), .create(DeploymentSpec(name: "blue", endpointName: "e")),
                .traffic(endpoint(["blue": 100])),
            ]
        )
    }

    @Test("the old one is deleted last, after the traffic has left it")
    func replaces() throws {
        let plan = try EndpointPlan(
            file: file(["green"], traffic: ["green": 100]),
            current: endpoint(["blue": 100]),
            deployments: ["blue"],
            isDeclarative: true,
            written: { ["deployments", "traffic", "name"].contains($0) }
        )
        #expect(
            plan.steps == [
                .endpoint(endpoint(["blue": 100])), .create(DeploymentSpec(name: "green", endpointName: "e")),
                .traffic(endpoint(["green": 100])), .delete("blue"),
            ]
        )
    }

    @Test("a file without traffic keeps the split, and may not delete what has a share of it")
    func keepsTraffic() throws {
        let kept = try EndpointPlan(
            file: file(["blue", "green"]),
            current: endpoint(["blue": 100]),
            deployments: ["blue"],
            isDeclarative: true,
            written: { $0 == "deployments" }
        )
        #expect(
            kept.steps == [
                .endpoint(endpoint(["blue": 100])), .update(DeploymentSpec(name: "blue", endpointName: "e")),
                .create(DeploymentSpec(name: "green", endpointName: "e")),
            ]
        )
        let refusal = #expect(throws: Diagnostic.self) {
            try EndpointPlan(
                file: file(["green"]),
                current: endpoint(["blue": 100]),
                deployments: ["blue"],
                isDeclarative: true,
                written: { $0 == "deployments" }
            )
        }
        #expect(refusal?.reason == .deploymentHasTraffic)
        #expect(refusal?.message.contains("live traffic") == true)
    }

    @Test("a file without a list of deployments deletes none")
    func noList() throws {
        let plan = try EndpointPlan(
            file: file([]),
            current: endpoint([:]),
            deployments: ["blue"],
            isDeclarative: true,
            written: { _ in false }
        )
        #expect(plan.steps == [.endpoint(endpoint([:]))])
    }
}
