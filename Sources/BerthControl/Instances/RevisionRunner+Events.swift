import BerthDiagnostics
import BerthJSON
import BerthModel
import BerthRuntime
import BerthStore
import Logging

extension RevisionRunner {
    /// Follows one instance from its first event to its end.
    func watch(_ ordinal: Int, _ folder: InstanceFolder, _ id: String) async {
        for await event in world.driver.events(of: folder) {
            guard holds(ordinal, id) else { return }
            await handle(event, ordinal, id)
        }
    }

    private func handle(_ event: InstanceEvent, _ ordinal: Int, _ id: String) async {
        places[ordinal]?.events.append(event)
        if let count = places[ordinal]?.events.count, count > world.settings.eventsKept {
            // The boot report at the front matters most to a diagnosis; the oldest of what followed goes.
            places[ordinal]?.events.remove(at: world.settings.eventsKept / 2)
        }
        switch event.name {
        case .ready:
            places[ordinal]?.tcp = Place.TCP(event)
            await workerReady(event.body["worker"]?.intValue ?? 0, ordinal, id)
        case .workerExited:
            await workerExited(event, ordinal, id)
        case .importFailed, .initFailed, .scriptInvalid, .givingUp:
            expectExit(ordinal, id)
        case .exited:
            await ended(ordinal, id, .ended)
        case .launchFailed:
            expectExit(ordinal, id)
        case .lost:
            await ended(ordinal, id, .lost)
        case .runFailed:
            await requestFailed(ordinal, .runFailed)
        case .runTimedOut:
            await requestFailed(ordinal, .runTimedOut)
        case .boot, .importing, .imported, .initializing, .initialized, .warning, .stack, .stopping, .launched, .memory,
            .memoryLimitExceeded, .unknown:
            break
        }
    }

    private func workerReady(_ worker: Int, _ ordinal: Int, _ id: String) async {
        places[ordinal]?.readyWorkers.insert(worker)
        await publishPlace(ordinal)
        settleIfReady()
    }

    /// Tells the board which workers of a place answer; while serving, the routes follow.
    private func publishPlace(_ ordinal: Int) async {
        guard let place = places[ordinal] else { return }
        let addresses = place.readyWorkers.sorted().map { worker in
            place.tcp.map { RouteTable.Address.tcp(host: $0.host, port: $0.port) }
                ?? .unix(place.plan.folder.workerSocket(worker))
        }
        let changed = await board.set(addresses, of: place.record.id, revision: number)
        if changed, mode == .serving { await routesChanged() }
    }

    private func workerExited(_ event: InstanceEvent, _ ordinal: Int, _ id: String) async {
        if let worker = event.body["worker"]?.intValue {
            places[ordinal]?.readyWorkers.remove(worker)
            await publishPlace(ordinal)
        }
        switch mode {
        case .starting: expectExit(ordinal, id)
        case .serving: await requestFailed(ordinal, .workerExited)
        case .stopped: break
        }
    }

    /// The inference server said why it cannot start: its end follows at once. Where it does not, the reason is enough.
    private func expectExit(_ ordinal: Int, _ id: String) {
        guard mode == .starting else { return }
        wait { [world] in
            do { try await world.clock.sleep(for: world.settings.exitReportGrace) } catch { return }
            await self.announcedEnd(ordinal, id)
        }
    }

    /// An instance whose master got over it meanwhile, and that serves, is left alone.
    private func announcedEnd(_ ordinal: Int, _ id: String) async {
        guard mode == .starting, outcome == nil else { return }
        await ended(ordinal, id, .ended)
    }

    func ended(_ ordinal: Int, _ id: String, _ trigger: FailureEvidence.Trigger) async {
        guard holds(ordinal, id), restarts[ordinal] == nil, let place = places[ordinal] else { return }
        let lived = ContinuousClock.now - place.startedAt
        if case .exited(let report) = await world.driver.inspect(place.plan.folder) { places[ordinal]?.exit = report }
        guard holds(ordinal, id) else { return }
        let diagnostics = diagnose(ordinal, trigger)
        switch mode {
        case .starting:
            places[ordinal]?.earlyEnd = trigger
            settle(.failed(diagnostics))
        case .serving:
            places[ordinal]?.readyWorkers = []
            await publishPlace(ordinal)
            await failed(diagnostics)
            // A probe may have given it up meanwhile, and its successor be in the place.
            guard holds(ordinal, id) else { return }
            refill(ordinal, after: lived)
        case .stopped:
            break
        }
    }

    /// A request failed, or a worker did: told, at most once per interval.
    private func requestFailed(_ ordinal: Int, _ trigger: FailureEvidence.Trigger) async {
        guard mode == .serving else { return }
        let now = ContinuousClock.now
        if let last = lastFailureReport, now - last < world.settings.failureInterval { return }
        lastFailureReport = now
        await failed(diagnose(ordinal, trigger))
    }

    func diagnose(_ ordinal: Int, _ trigger: FailureEvidence.Trigger) -> [Diagnostic] {
        guard let place = places[ordinal] else { return [] }
        let log = LogReader(path: place.plan.folder.log(.inferenceServer))
        let tail = log.numberedTail(lines: world.settings.evidenceLines)
        var inlineEnvironment: EnvironmentSpec?
        if case .inline(let environment) = spec.environment { inlineEnvironment = environment }
        let names = ContainerPaths(spec: spec, plan: plan, modelDirectory: place.modelDirectory)
        var evidence = FailureEvidence(
            trigger: trigger,
            isServing: mode == .serving,
            instanceID: place.record.id,
            spec: spec,
            events: place.events.map(names.onThisMachine),
            exit: place.exit,
            limits: place.plan.limits,
            logTail: tail.lines.map(names.onThisMachine),
            logTailFirstLine: tail.first ?? 1,
            environment: FailureEvidence.Environment(
                pythonVersion: plan.environment.pythonVersion,
                sitePackages: plan.environment.sitePackages,
                lock: plan.environment.lock,
                condaFilePath: inlineEnvironment?.condaFilePath,
                condaFile: inlineEnvironment?.condaFile
            ),
            codeFolder: plan.code?.folder,
            modelFolder: place.modelDirectory,
            userCodeFolder: plan.code?.userFolder
        )
        evidence.modelFiles = EvidenceFile.paths(below: place.modelDirectory)
        EvidenceFile.keep(evidence, in: place.plan.folder, world.logger)
        return world.diagnose(evidence)
    }

    // MARK: Probes

    /// Gives an instance the readiness probe's window to answer; then asks where it hangs, and gives up.
    func guardReadiness(_ ordinal: Int, _ id: String) async {
        let window = spec.readinessProbe.window
        do {
            try await world.clock.sleep(for: window)
            guard holds(ordinal, id), let place = places[ordinal], !place.isReady else { return }
            try await world.driver.dump(place.plan.folder)
            try await world.clock.sleep(for: world.settings.stackDumpGrace)
        } catch let diagnostic as Diagnostic {
            world.logger.debug("no stack dump", metadata: ["instance": "\(id)", "cause": "\(diagnostic.message)"])
        } catch {
            return  // Cancelled: the instance is being stopped.
        }
        guard holds(ordinal, id), let place = places[ordinal], !place.isReady else { return }
        let seconds = window / .seconds(1)
        let diagnostics = diagnose(ordinal, .readinessWindowPassed(seconds: seconds))
        switch mode {
        case .starting: settle(.failed(diagnostics))
        case .serving:
            await failed(diagnostics)
            await replace(ordinal, place)
        case .stopped: break
        }
    }

    /// Asks a serving instance for its health, at the probe's period; one that gives up is replaced.
    func superviseLiveness(_ ordinal: Int) {
        guard let place = places[ordinal] else { return }
        let id = place.record.id
        let earlier = place.guardian
        places[ordinal]?.guardian = Task {
            if !(self.places[ordinal]?.isReady ?? true) {
                await withTaskCancellationHandler {
                    await earlier?.value
                } onCancel: {
                    earlier?.cancel()
                }
            } else {
                earlier?.cancel()
            }
            await self.probeLiveness(ordinal, id)
        }
    }

    private func probeLiveness(_ ordinal: Int, _ id: String) async {
        var machine = ProbeMachine(settings: spec.livenessProbe)
        var action = machine.first
        while case .probe(let delay) = action {
            do { try await world.clock.sleep(for: delay) } catch { return }
            guard holds(ordinal, id), let place = places[ordinal] else { return }
            let healthy = await world.health.isHealthy(place.healthTarget, timeout: spec.livenessProbe.timeout)
            if !healthy { places[ordinal]?.events.append(Self.failedProbe(at: world.now())) }
            action = machine.probed(succeeded: healthy)
        }
        guard case .giveUp(let failures) = action, holds(ordinal, id), let place = places[ordinal] else { return }
        await failed(diagnose(ordinal, .livenessFailed(failures: failures)))
        await replace(ordinal, place)
    }

    /// For the history of probes that is kept with the evidence.
    private static func failedProbe(at now: Double) -> InstanceEvent {
        InstanceEvent(
            name: .unknown("probe-failed"),
            at: now,
            body: ["event": "probe-failed", "probe": "liveness", "at": .double(now), "source": "serve"]
        )
    }

    /// Stops an instance that does not answer; its place is filled anew.
    private func replace(_ ordinal: Int, _ place: Place) async {
        places[ordinal]?.readyWorkers = []
        await publishPlace(ordinal)
        place.watcher?.cancel()
        do throws(Diagnostic) {
            try await world.driver.stop(place.plan.folder, grace: world.settings.stopGrace)
        } catch {
            world.logger.error(
                "instance could not be stopped",
                metadata: ["instance": "\(place.record.id)", "cause": "\(error.message)"]
            )
        }
        guard holds(ordinal, place.record.id) else { return }
        refill(ordinal, after: ContinuousClock.now - place.startedAt)
    }
}
