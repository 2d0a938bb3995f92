package import BerthJSON
import BerthModel

extension ExitReport {
    /// Bound for `exit.json`, which is reserved on the disk when the instance starts.
    package static let maxFileBytes = 4096

    /// The keys of `exit.json` and of the event `exited`.
    package var json: JSON {
        var object = JSONObject()
        switch ending {
        case .exited(let status): object["exitStatus"] = .integer(status)
        case .signaled(let signal): object["signal"] = .integer(signal)
        case .notStarted(let stage, let errno, let message):
            object["stage"] = .string(stage)
            object["errno"] = .integer(errno)
            object["message"] = .string(String(message.prefix(1000)))
        }
        object["at"] = .double(at)
        object["seconds"] = .double(seconds)
        object["peakResidentBytes"] = peakResident.map { .integer($0.count) }
        object["oomKills"] = oomKills.map(JSON.integer)
        object["killedByUs"] = killedBy.map { .string($0.rawValue) }
        return .object(object)
    }

    /// The report that `json` (of the file or of the event) spells; nil where it does not say how the instance ended.
    package init?(json: JSON) {
        let ending: Ending
        if let status = json["exitStatus"]?.intValue {
            ending = .exited(status: status)
        } else if let signal = json["signal"]?.intValue {
            ending = .signaled(signal)
        } else if let stage = json["stage"]?.stringValue {
            ending = .notStarted(
                stage: stage,
                errno: json["errno"]?.intValue ?? 0,
                message: json["message"]?.stringValue ?? ""
            )
        } else {
            return nil
        }
        self.init(
            ending: ending,
            at: json["at"]?.doubleValue ?? 0,
            seconds: json["seconds"]?.doubleValue ?? 0,
            peakResident: json["peakResidentBytes"]?.intValue.map { Bytes($0) },
            oomKills: json["oomKills"]?.intValue,
            killedBy: json["killedByUs"]?.stringValue.flatMap(Killer.init(rawValue:))
        )
    }

    /// The event `exited` that says the same.
    package var event: InstanceEvent {
        InstanceEvent(.exited, at: at, (json.objectValue ?? JSONObject()).filter { $0.key != "at" }.map { ($0, $1) })
    }
}
