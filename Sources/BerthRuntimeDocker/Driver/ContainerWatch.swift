import BerthJSON
import BerthModel
import BerthRuntime
import Foundation

/// Follows one container from its start to its end, and tells what happens as events of its instance.
///
/// An engine that goes away is waited for: its containers may go on without it, and only the engine knows how one ended.
struct ContainerWatch: Sendable {
    /// How often the instance's own events are looked for: often while it starts, seldom afterwards.
    private static let quickLook: Duration = .milliseconds(10)
    private static let slowLook: Duration = .milliseconds(100)
    /// How long the last lines of a log may take after the container's end.
    private static let logPatience: Duration = .seconds(2)

    let driver: DockerDriver
    let folder: InstanceFolder
    let record: ContainerRecord
    let tell: @Sendable (InstanceEvent) -> Void

    private enum End: Sendable {
        case ended(ContainerState)
        /// Removed by somebody, with all that was known of it.
        case gone
        case cancelled
    }

    func run() async {
        if let report = folder.exitReport() { return await replay(report) }
        tell(
            InstanceEvent(
                .launched,
                at: Date().timeIntervalSince1970,
                [("fence", JSON(driver.limits.enforced)), ("notEnforced", JSON(driver.limits.notEnforced))]
            )
        )
        let log = driver.followLog(of: folder, name: record.name)
        let end = await withTaskGroup(of: End?.self, returning: End.self) { group in
            group.addTask { await waitForEnd() }
            group.addTask { await followInside() }
            var end = End.cancelled
            for await result in group {
                guard let result else { continue }
                end = result
                group.cancelAll()
            }
            return end
        }
        switch end {
        case .cancelled: return
        case .gone:
            if let report = folder.exitReport() { return await replay(report) }
            tell(InstanceEvent(.lost, at: Date().timeIntervalSince1970))
        case .ended(let state):
            await driver.waitForLog(log, atMost: Self.logPatience)
            let report = driver.keep(state.report(killedBy: driver.killer(of: record.name)), of: folder)
            tell(report.event)
        }
    }

    /// One that ended before: its own events, then the end.
    private func replay(_ report: ExitReport) async {
        var file = EventFile(folder: folder)
        while case let events = file.fresh(), !events.isEmpty { for event in events { tell(event) } }
        tell(report.event)
    }

    // MARK: The end

    private func waitForEnd() async -> End {
        while !Task.isCancelled {
            do throws(EngineFailure) {
                guard let state = try await driver.state(record.name) else { return .gone }
                switch state.phase {
                case .ended: return .ended(state)
                case .created, .running:
                    _ = try await driver.engine.call(
                        "POST",
                        "/containers/\(record.name)/wait",
                        state.phase == .created ? [("condition", "next-exit")] : [],
                        timeout: .seconds(3600)
                    )
                }
            } catch {
                if error == .cancelled { return .cancelled }
                do { try await Task.sleep(for: ContainerLog.retry) } catch { return .cancelled }
            }
        }
        return .cancelled
    }

    // MARK: What happens inside

    /// Runs until it is cancelled; what arrived by then is told.
    private func followInside() async -> End? {
        if let routes = record.inferenceConfig {
            await askReadiness(routes)
            return nil
        }
        var file = EventFile(folder: folder)
        var quick = 0
        while true {
            let events = file.fresh()
            for event in events { tell(await withMemoryKills(event)) }
            if Task.isCancelled { return nil }
            quick = events.isEmpty ? quick + 1 : 0
            do { try await Task.sleep(for: quick > 3000 ? Self.slowLook : Self.quickLook) } catch {
                for event in file.fresh() { tell(event) }
                return nil
            }
        }
    }

    /// A worker that was killed: whether the kernel did it for memory, the engine knows.
    private func withMemoryKills(_ event: InstanceEvent) async -> InstanceEvent {
        guard event.name == .workerExited, event.body["signal"]?.intValue == 9, event.body["oomKills"] == nil else {
            return event
        }
        // Where the engine cannot say, the event stays as it is.
        guard let state = try? await driver.state(record.name), state.wasOutOfMemory else { return event }
        var body = event.body
        body["oomKills"] = 1
        return InstanceEvent(name: event.name, at: event.at, body: body)
    }

    /// Asks the image's own server whether it is ready: at once and often, so that nobody waits for a period that is
    /// meant for slow starts.
    private func askReadiness(_ routes: InferenceConfig) async {
        var inARow = 0
        var pause = Duration.milliseconds(5)
        while !Task.isCancelled {
            if let state = try? await driver.state(record.name),  // While the engine is away nothing is ready.
                let port = state.ports[routes.readiness.port]
            {
                let isReady = await HealthProbe.isHealthy(
                    host: "127.0.0.1",
                    port: port,
                    path: routes.readiness.path,
                    timeout: .milliseconds(record.timeoutMs)
                )
                inARow = isReady ? inARow + 1 : 0
                if inARow >= record.successThreshold { return tellReady(state, routes) }
            }
            do { try await Task.sleep(for: pause) } catch { return }
            if inARow == 0 { pause = min(pause * 3 / 2, .milliseconds(500)) }
        }
    }

    private func tellReady(_ state: ContainerState, _ routes: InferenceConfig) {
        guard let scoring = state.ports[routes.scoring.port], let liveness = state.ports[routes.liveness.port] else {
            return
        }
        tell(
            InstanceEvent(
                .ready,
                at: Date().timeIntervalSince1970,
                [
                    ("worker", 0), ("host", "127.0.0.1"), ("port", .integer(scoring)),
                    ("livenessPort", .integer(liveness)), ("livenessPath", .string(routes.liveness.path)),
                ]
            )
        )
    }
}
